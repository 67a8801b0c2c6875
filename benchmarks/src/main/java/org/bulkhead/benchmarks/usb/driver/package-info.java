/** A driver without a protocol, woven as drivers are. */
package org.bulkhead.benchmarks.usb.driver;
