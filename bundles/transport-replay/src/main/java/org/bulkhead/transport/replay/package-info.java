/**
 * Recorded USB traffic played back as devices, for tests of drivers. Start at {@link
 * org.bulkhead.transport.replay.ReplayTransport}.
 */
@Export
@Version("1.0.0")
package org.bulkhead.transport.replay;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
