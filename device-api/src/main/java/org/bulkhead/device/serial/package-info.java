/**
 * What a serial driver offers and is given; applications see {@code
 * org.osgi.service.serial.SerialDevice}, which is a {@code DeviceSession} as well.
 */
@Export
@Version("1.2.0")
package org.bulkhead.device.serial;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
