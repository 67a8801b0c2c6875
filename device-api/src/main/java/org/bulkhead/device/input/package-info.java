/**
 * Keyboards, pointers and other human interface devices: what a driver offers and is given, and the
 * devices, events and scanned lines that applications see.
 */
@Export
@Version("1.0.0")
package org.bulkhead.device.input;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
