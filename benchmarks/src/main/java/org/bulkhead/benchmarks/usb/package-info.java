/** The way of a byte, against C and plain usb4java on the same libusb and the same device. */
package org.bulkhead.benchmarks.usb;
