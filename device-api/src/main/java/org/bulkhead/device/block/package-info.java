/** The block device service: disks, sticks and card readers. */
@Export
@Version("1.0.0")
package org.bulkhead.device.block;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
