package org.bulkhead.framework.internal.recorder;

import java.time.Instant;
import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.usb.UsbException;

/**
 * What is known of a fault at its moment.
 *
 * @param time when it was detected
 * @param driver the driver's name
 * @param version the driver's bundle and version
 * @param location where the device is
 * @param interfaceNumber {@code bInterfaceNumber}
 * @param incarnation the life that it ended
 * @param kind the class of fault
 * @param message what happened, one line
 * @param trace the stack trace, or empty
 * @param state further lines on the compartment, of a form of their own
 * @param device what the device says of itself
 * @param recording its last transfers
 */
public record Crash(
    Instant time,
    String driver,
    String version,
    String location,
    int interfaceNumber,
    int incarnation,
    String kind,
    String message,
    String trace,
    String state,
    Device device,
    Recording recording) {

  /** Whose transfers they are. */
  String compartment() {
    return driver + " on " + location + ":" + interfaceNumber;
  }

  /**
   * What a device says of itself, copied so that it may leave.
   *
   * @param bus the bus that it is on
   * @param address its address there
   * @param kilobitsPerSecond its speed, 0 where it is not known
   * @param descriptors as the device sent them, empty where they could not be had
   * @param configuration {@code bConfigurationValue}
   * @param manufacturer the string of {@code iManufacturer}
   * @param product the string of {@code iProduct}
   * @param serialNumber the string of {@code iSerialNumber}
   * @param transport the transport's name
   */
  public record Device(
      int bus,
      int address,
      int kilobitsPerSecond,
      byte[] descriptors,
      int configuration,
      String manufacturer,
      String product,
      String serialNumber,
      String transport) {

    /** Asks a device for what it has in memory; no I/O. */
    public static Device of(String transport, BusDevice bus, int configuration) {
      return new Device(
          bus.busNumber(),
          bus.address(),
          bus.speed().kilobitsPerSecond(),
          descriptors(bus),
          configuration,
          bus.manufacturer(),
          bus.product(),
          bus.serialNumber(),
          transport);
    }

    private static byte[] descriptors(BusDevice bus) {
      try {
        return bus.descriptors();
      } catch (UsbException gone) {
        // The transfers are worth having without them.
        return new byte[0];
      }
    }
  }
}
