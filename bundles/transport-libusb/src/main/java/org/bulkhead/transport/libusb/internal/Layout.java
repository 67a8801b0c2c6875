package org.bulkhead.transport.libusb.internal;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.bulkhead.device.usb.descriptor.TransferType;

/**
 * Which numbers name something in the active configuration. No number reaches libusb that is not in
 * here: {@code claimInterface(-1)}, for one, returns success.
 *
 * <p>Reads the bytes itself, as the transport takes descriptors that the framework's parser
 * refuses.
 */
final class Layout {

  private static final int CONFIGURATION = 2;
  private static final int INTERFACE = 4;
  private static final int ENDPOINT = 5;

  private final Set<Integer> interfaces = new HashSet<>();
  private final Set<Integer> settings = new HashSet<>();
  private final Map<Integer, Integer> interfaceOfEndpoint = new HashMap<>();
  private final Set<Integer> typedEndpoints = new HashSet<>();

  /** Reads device and configuration descriptors; stops at what makes no sense. */
  Layout(byte[] descriptors, int activeConfiguration) {
    boolean active = false;
    int number = -1;
    for (int at = 0; at + 2 <= descriptors.length; at += descriptors[at] & 0xff) {
      int length = descriptors[at] & 0xff;
      if (length < 2 || at + length > descriptors.length) {
        return;
      }
      int type = descriptors[at + 1] & 0xff;
      if (type == CONFIGURATION && length >= 6) {
        active = (descriptors[at + 5] & 0xff) == activeConfiguration;
        number = -1;
      } else if (active && type == INTERFACE && length >= 4) {
        number = descriptors[at + 2] & 0xff;
        interfaces.add(number);
        settings.add(number << 8 | descriptors[at + 3] & 0xff);
      } else if (active && number >= 0 && type == ENDPOINT && length >= 4) {
        int address = descriptors[at + 2] & 0xff;
        // As in the kernel, the first interface with the address has it.
        interfaceOfEndpoint.putIfAbsent(address, number);
        typedEndpoints.add(address << 8 | descriptors[at + 3] & 3);
      }
    }
  }

  Set<Integer> interfaces() {
    return interfaces;
  }

  boolean hasSetting(int interfaceNumber, int alternateSetting) {
    return alternateSetting >>> 8 == 0
        && settings.contains(interfaceNumber << 8 | alternateSetting);
  }

  /** The interface that has the endpoint in one of its settings, or -1. */
  int interfaceOf(int endpointAddress) {
    return interfaceOfEndpoint.getOrDefault(endpointAddress, -1);
  }

  /** Whether the endpoint is of the type in one of the settings. */
  boolean isOfType(int endpointAddress, TransferType type) {
    return endpointAddress >>> 8 == 0 && typedEndpoints.contains(endpointAddress << 8 | bits(type));
  }

  /** {@code bmAttributes} bits 1 to 0, USB 2.0 table 9-13; libusb's transfer types are the same. */
  static int bits(TransferType type) {
    return switch (type) {
      case CONTROL -> 0;
      case ISOCHRONOUS -> 1;
      case BULK -> 2;
      case INTERRUPT -> 3;
    };
  }
}
