package org.bulkhead.device.contract;

/**
 * Service properties of every session, beside those that the driver gives. With them an application
 * finds the session of a device: {@code (&(objectClass=…BlockDevice)(bulkhead.location=1-2))}.
 */
public final class SessionProperties {

  /** String: where the device is plugged in, such as {@code 1-2}. */
  public static final String LOCATION = "bulkhead.location";

  /** Integer: {@code bInterfaceNumber} of the interface that the driver is attached to. */
  public static final String INTERFACE = "bulkhead.interface";

  /**
   * String: tells services of one type on one interface apart, such as a logical unit; from "0".
   */
  public static final String UNIT = "bulkhead.unit";

  /** String: the name of the driver that serves it. */
  public static final String DRIVER = "bulkhead.driver";

  private SessionProperties() {}
}
