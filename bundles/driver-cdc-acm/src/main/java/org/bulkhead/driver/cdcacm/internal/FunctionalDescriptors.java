package org.bulkhead.driver.cdcacm.internal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.device.usb.descriptor.RawDescriptor;

/**
 * The functional descriptors of a communications interface (CDC 1.2 section 5.2.3, PSTN 1.2 section
 * 5.3). Pure, no I/O.
 *
 * <p>Only what is whole is read: a descriptor that is too short for its kind says nothing.
 *
 * @param version {@code bcdCDC} of the header, 0 without one
 * @param callManagementInterface {@code bDataInterface} of the call management, or -1
 * @param capabilities {@code bmCapabilities} of the abstract control model, 0 where it says nothing
 * @param union the controlling interface and its subordinates, in their order; empty without one
 */
record FunctionalDescriptors(
    int version, int callManagementInterface, int capabilities, List<Integer> union) {

  private static final int CS_INTERFACE = 0x24;
  private static final int HEADER = 0x00;
  private static final int CALL_MANAGEMENT = 0x01;
  private static final int ABSTRACT_CONTROL = 0x02;
  private static final int UNION = 0x06;

  /** Reads those behind an interface, and those that some devices put behind its endpoints. */
  static FunctionalDescriptors of(InterfaceDescriptor control) {
    return read(
        Stream.concat(
                control.extras().stream(),
                control.endpoints().stream().flatMap(endpoint -> endpoint.extras().stream()))
            .map(RawDescriptor::bytes));
  }

  /** Reads descriptors, each from its {@code bLength} to its end, little-endian. */
  static FunctionalDescriptors read(Stream<ByteBuffer> descriptors) {
    int version = 0;
    int callManagement = -1;
    int capabilities = 0;
    List<Integer> union = List.of();
    for (ByteBuffer bytes : (Iterable<ByteBuffer>) descriptors::iterator) {
      int length = bytes.remaining();
      if (length < 4 || u8(bytes, 1) != CS_INTERFACE) {
        continue;
      }
      int kind = u8(bytes, 2);
      if (kind == HEADER && length >= 5) {
        version = bytes.getShort(3) & 0xffff;
      } else if (kind == CALL_MANAGEMENT && length >= 5) {
        callManagement = u8(bytes, 4);
      } else if (kind == ABSTRACT_CONTROL) {
        capabilities = u8(bytes, 3);
      } else if (kind == UNION) {
        union = interfaces(bytes);
      }
    }
    return new FunctionalDescriptors(version, callManagement, capabilities, union);
  }

  private static List<Integer> interfaces(ByteBuffer union) {
    List<Integer> numbers = new ArrayList<>();
    for (int at = 3; at < union.remaining(); at++) {
      numbers.add(u8(union, at));
    }
    return List.copyOf(numbers);
  }

  private static int u8(ByteBuffer bytes, int at) {
    return bytes.get(at) & 0xff;
  }
}
