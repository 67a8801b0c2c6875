package org.bulkhead.device.input;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Receives lines from barcode scanners: register it as an OSGi service. With the service property
 * {@code bulkhead.location}, a String or an array of them, it gets those of the devices there only.
 * Which devices are scanners is configured at the scanner bundle.
 *
 * <p>A line is whole or not told at all: one whose keys were torn by a lost driver, an unplug, an
 * overrun queue or too long a pause is dropped.
 */
@FunctionalInterface
@ConsumerType
public interface ScanListener {

  /**
   * Takes a line. Called as {@link InputListener#received} is: on a thread of the framework's, one
   * at a time; who hangs or throws here hurts nobody else.
   *
   * @param scan the line
   * @throws Exception logged; the next line comes all the same
   */
  void scanned(Scan scan) throws Exception;
}
