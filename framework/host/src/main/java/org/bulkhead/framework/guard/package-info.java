/**
 * What the woven code of drivers calls. Nobody writes a call to it by hand.
 *
 * @see org.bulkhead.framework.guard.Guard
 */
@Export
@Version("1.0.0")
package org.bulkhead.framework.guard;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
