/**
 * Devices simulated at the level of USB packets, for tests, for the demo and for application
 * authors without hardware. Start at {@link org.bulkhead.transport.sim.SimBus}.
 */
@Export
@Version("1.0.0")
package org.bulkhead.transport.sim;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
