package org.bulkhead.device.usb;

import java.util.Objects;

/**
 * Who a device is, the same again after a replug into the same port.
 *
 * <p>Two devices of one model with one serial number do exist, so the port is part of the identity:
 * a stick moved to another port is another device.
 *
 * @param location where it is plugged in: bus and port path as the transport names them, such as
 *     {@code 1-2.4}; the handle that people type
 * @param vendorId {@code idVendor}, 0 to 0xffff
 * @param productId {@code idProduct}, 0 to 0xffff
 * @param serialNumber the string of {@code iSerialNumber}, empty where there is none
 */
public record DeviceIdentity(String location, int vendorId, int productId, String serialNumber) {

  /**
   * Checks the ranges.
   *
   * @param location bus and port path
   * @param vendorId {@code idVendor}
   * @param productId {@code idProduct}
   * @param serialNumber the serial number, or empty
   */
  public DeviceIdentity {
    Objects.requireNonNull(location, "location");
    Objects.requireNonNull(serialNumber, "serialNumber");
    if (vendorId >>> 16 != 0 || productId >>> 16 != 0) {
      throw new IllegalArgumentException("vendor and product ids have 16 bits");
    }
  }

  /**
   * The identity as one text, used as {@code service.pid} and in file names' place.
   *
   * @return {@code 0781:5567@1-2.4}, followed by {@code #serial} where there is one
   */
  public String key() {
    String model = String.format("%04x:%04x@%s", vendorId, productId, location);
    return serialNumber.isEmpty() ? model : model + "#" + serialNumber;
  }

  @Override
  public String toString() {
    return key();
  }
}
