/** Faults between the bus and the driver, for campaigns and drills. */
@Export
@Version("1.0.0")
package org.bulkhead.transport.chaos;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
