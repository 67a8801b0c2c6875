/** The driver contract: what a driver matches, how it attaches and what it is given. */
@Export
@Version("1.3.0")
package org.bulkhead.device.driver;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
