package org.bulkhead.driver.cdcacm.internal;

import java.util.Optional;
import java.util.stream.IntStream;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.ConfigurationDescriptor;
import org.bulkhead.device.usb.descriptor.Direction;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.device.usb.descriptor.TransferType;

/**
 * The interfaces of one serial port, and what its device can do. Pure, no I/O.
 *
 * @param controlInterface the communications interface's number
 * @param dataInterface the number of the interface that moves the bytes
 * @param dataSetting its alternate setting with the endpoints
 * @param capabilities {@code bmCapabilities} of the abstract control model
 */
record AcmFunction(int controlInterface, int dataInterface, int dataSetting, int capabilities) {

  private static final int DATA_CLASS = 0x0a;
  private static final int LINE_REQUESTS = 0x02;
  private static final int SEND_BREAK = 0x04;

  /**
   * Finds the data interface of a communications interface: the one that the union names; where it
   * names none that is fit, that of the call management; else the next one of the data class; else,
   * on devices that put everything into one interface, this one itself.
   *
   * @throws UsbException INVALID where there is none with a bulk endpoint each way
   */
  static AcmFunction of(ConfigurationDescriptor configuration, InterfaceDescriptor control)
      throws UsbException {
    FunctionalDescriptors functional = FunctionalDescriptors.of(control);
    int self = control.number();
    IntStream named =
        IntStream.concat(
            functional.union().stream().mapToInt(Integer::intValue),
            IntStream.of(functional.callManagementInterface()));
    IntStream next =
        configuration
            .interfaces()
            .filter(i -> i.number() > self && i.interfaceClass() == DATA_CLASS)
            .mapToInt(InterfaceDescriptor::number)
            .sorted()
            .limit(1);
    return IntStream.concat(
            IntStream.concat(named.filter(number -> number != self), next), IntStream.of(self))
        .mapToObj(number -> fit(configuration, number))
        .flatMap(Optional::stream)
        .findFirst()
        .map(
            data ->
                new AcmFunction(
                    self, data.number(), data.alternateSetting(), functional.capabilities()))
        .orElseThrow(
            () ->
                new UsbException(
                    Kind.INVALID,
                    "interface "
                        + self
                        + " has no data interface with a bulk endpoint each way: no serial port"));
  }

  /** The first alternate setting of an interface that can move bytes both ways. */
  private static Optional<InterfaceDescriptor> fit(ConfigurationDescriptor in, int number) {
    return in.settings().stream()
        .filter(setting -> setting.number() == number)
        .filter(setting -> setting.endpoint(TransferType.BULK, Direction.IN).isPresent())
        .filter(setting -> setting.endpoint(TransferType.BULK, Direction.OUT).isPresent())
        .findFirst();
  }

  /** Whether the device has line coding, control lines and serial states. */
  boolean hasLineRequests() {
    return (capabilities & LINE_REQUESTS) != 0;
  }

  /** Whether the device can send a break. */
  boolean sendsBreak() {
    return (capabilities & SEND_BREAK) != 0;
  }
}
