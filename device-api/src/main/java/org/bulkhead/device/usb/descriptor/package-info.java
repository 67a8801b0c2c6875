/** USB descriptors as immutable records, and the pure parser that reads them once. */
@Export
@Version("1.1.0")
package org.bulkhead.device.usb.descriptor;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
