package org.bulkhead.driver.hid.internal;

import java.nio.ByteBuffer;
import java.util.List;
import org.bulkhead.device.usb.descriptor.DescriptorException;
import org.bulkhead.device.usb.descriptor.EndpointDescriptor;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.device.usb.descriptor.RawDescriptor;

/**
 * The HID descriptor of an interface (HID 1.11 section 6.2.1).
 *
 * @param version {@code bcdHID}
 * @param country {@code bCountryCode}, 0 where the keyboard is not localised
 * @param reportLengthBytes {@code wDescriptorLength} of the report descriptor, 1 to 65,535
 */
record HidDescriptor(int version, int country, int reportLengthBytes) {

  static final int TYPE = 0x21;

  private static final int REPORT = 0x22;
  private static final int HEADER_BYTES = 6;
  private static final int ENTRY_BYTES = 3;

  /** Looks for the descriptor behind the interface, or behind its endpoints as HID 1.0 had it. */
  static HidDescriptor of(InterfaceDescriptor from) throws DescriptorException {
    RawDescriptor found = find(from.extras());
    for (EndpointDescriptor endpoint : from.endpoints()) {
      if (found == null) {
        found = find(endpoint.extras());
      }
    }
    if (found == null) {
      throw new DescriptorException(
          "interface " + from.number() + " is of class HID but has no HID descriptor (type 0x21)");
    }
    return parse(found.bytes());
  }

  private static RawDescriptor find(List<RawDescriptor> extras) {
    return extras.stream().filter(extra -> extra.type() == TYPE).findFirst().orElse(null);
  }

  /** Reads one, from 0 to the limit, little-endian. */
  static HidDescriptor parse(ByteBuffer bytes) throws DescriptorException {
    if (bytes.limit() < HEADER_BYTES) {
      throw new DescriptorException(
          "HID descriptor of " + bytes.limit() + " bytes; it has 9 at least");
    }
    int count = bytes.get(5) & 0xff;
    for (int i = 0, at = HEADER_BYTES;
        i < count && at + ENTRY_BYTES <= bytes.limit();
        i++, at += ENTRY_BYTES) {
      int length = bytes.getShort(at + 1) & 0xffff;
      if ((bytes.get(at) & 0xff) == REPORT && length > 0) {
        return new HidDescriptor(bytes.getShort(2) & 0xffff, bytes.get(4) & 0xff, length);
      }
    }
    throw new DescriptorException("HID descriptor that names no report descriptor (type 0x22)");
  }
}
