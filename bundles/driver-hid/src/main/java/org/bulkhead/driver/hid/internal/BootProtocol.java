package org.bulkhead.driver.hid.internal;

import java.util.HexFormat;
import java.util.Optional;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;

/**
 * The fixed reports that a BIOS understands (HID 1.11 appendix B), for devices that refuse to hand
 * out a report descriptor. Pure.
 */
final class BootProtocol {

  private static final int BOOT_SUBCLASS = 1;
  private static final int KEYBOARD_PROTOCOL = 1;
  private static final int MOUSE_PROTOCOL = 2;

  /** Appendix B.1: modifiers, a byte of the maker's, six keys; five lights. */
  private static final String KEYBOARD =
      "05010906a101050719e029e7150025017501950881029501750881030508190129059505750191029501"
          + "750391030507190029ff150025ff950675088100c0";

  /** Appendix B.2: three buttons, x, y. */
  private static final String MOUSE =
      "05010902a1010901a1000509190129031500250195037501810295017505810305010930093115812"
          + "57f750895028106c0c0";

  private BootProtocol() {}

  /** Whether the device has a boot protocol, and so takes SET_PROTOCOL. */
  static boolean isSpokenBy(InterfaceDescriptor device) {
    return device.interfaceSubclass() == BOOT_SUBCLASS;
  }

  /** The descriptor of the reports that the device sends in it, where it is one of the two. */
  static Optional<byte[]> reportDescriptor(InterfaceDescriptor device) {
    if (!isSpokenBy(device)) {
      return Optional.empty();
    }
    return switch (device.interfaceProtocol()) {
      case KEYBOARD_PROTOCOL -> Optional.of(HexFormat.of().parseHex(KEYBOARD));
      case MOUSE_PROTOCOL -> Optional.of(HexFormat.of().parseHex(MOUSE));
      default -> Optional.empty();
    };
  }
}
