/**
 * The transport SPI: finding devices and moving bytes. Implemented by transport bundles, called by
 * the framework only.
 */
@Export
@Version("1.1.0")
package org.bulkhead.device.transport;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
