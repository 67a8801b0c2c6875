package org.bulkhead.framework.internal.compartment;

import org.bulkhead.device.driver.UsbDriver;

/** Where a compartment gets the driver of each incarnation from. */
public interface DriverSource {

  /** The driver's name. */
  String name();

  /**
   * The OSGi bundle that it came from, -1 where it is not known, or has other code by now: what
   * this code still does is no fault of the bundle's any more.
   */
  default long bundleId() {
    return -1;
  }

  /** False once the driver is being stopped: what fails then is no fault. */
  boolean isThere();

  /** The class loader of its code, or null where it is not known: such code cannot be stopped. */
  default ClassLoader loader() {
    return null;
  }

  /** The bundle and version that it comes from, for people. */
  default String version() {
    return "";
  }

  /** A driver for one incarnation; throws what the driver's constructor or activation throws. */
  UsbDriver obtain();

  /** Gives a driver back. Never throws. */
  void release(UsbDriver driver);
}
