package org.bulkhead.device.usb.descriptor;

import java.util.List;
import java.util.Optional;

/**
 * One alternate setting of an interface (USB 2.0 table 9-12).
 *
 * <p>Immutable as the parser makes it; whoever builds one gives unmodifiable lists.
 *
 * @param number {@code bInterfaceNumber}
 * @param alternateSetting {@code bAlternateSetting}
 * @param interfaceClass {@code bInterfaceClass}
 * @param interfaceSubclass {@code bInterfaceSubClass}
 * @param interfaceProtocol {@code bInterfaceProtocol}
 * @param nameIndex {@code iInterface}, 0 for none
 * @param endpoints its endpoints, in the order of the descriptors, without endpoint 0
 * @param extras class-specific descriptors that follow the interface itself, in their order
 */
public record InterfaceDescriptor(
    int number,
    int alternateSetting,
    int interfaceClass,
    int interfaceSubclass,
    int interfaceProtocol,
    int nameIndex,
    List<EndpointDescriptor> endpoints,
    List<RawDescriptor> extras) {

  /**
   * Looks an endpoint up.
   *
   * @param address {@code bEndpointAddress}
   * @return the endpoint, if the setting has it
   */
  public Optional<EndpointDescriptor> endpoint(int address) {
    return endpoints.stream().filter(e -> e.address() == address).findFirst();
  }

  /**
   * Looks for an endpoint of a kind.
   *
   * @param type the transfer type
   * @param direction the direction
   * @return the first such endpoint, if there is one
   */
  public Optional<EndpointDescriptor> endpoint(TransferType type, Direction direction) {
    return endpoints.stream()
        .filter(e -> e.type() == type && e.direction() == direction)
        .findFirst();
  }
}
