/**
 * USB as a driver sees it: device, interface, endpoint and transfer, each owned by the driver's
 * compartment.
 */
@Export
@Version("1.2.0")
package org.bulkhead.device.usb;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
