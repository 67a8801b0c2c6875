package org.bulkhead.transport.sim.internal;

import java.util.HexFormat;

/** Report descriptors of simulated input devices, item by item (HID 1.11 section 6.2.2). */
public final class HidDescriptors {

  /** QEMU's usb-kbd: modifiers, five lights, six keys. */
  public static final byte[] KEYBOARD =
      bytes(
          "05 01", // Usage Page (Generic Desktop)
          "09 06", // Usage (Keyboard)
          "a1 01", // Collection (Application)
          "75 01  95 08", // Report Size (1), Report Count (8)
          "05 07  19 e0  29 e7", // Usage Page (Key Codes), Usage 224 to 231
          "15 00  25 01", // Logical 0 to 1
          "81 02", // Input (Data, Variable, Absolute)
          "95 01  75 08  81 01", // one byte of padding
          "95 05  75 01", // Report Count (5), Report Size (1)
          "05 08  19 01  29 05", // Usage Page (LEDs), Usage 1 to 5
          "91 02", // Output (Data, Variable, Absolute)
          "95 01  75 03  91 01", // three bits of padding
          "95 06  75 08", // Report Count (6), Report Size (8)
          "15 00  25 ff", // Logical 0 to 255, as QEMU writes it
          "05 07  19 00  29 ff", // Usage Page (Key Codes), Usage 0 to 255
          "81 00", // Input (Data, Array)
          "c0"); // End Collection

  /** QEMU's usb-mouse: five buttons, relative x, y and wheel. */
  public static final byte[] MOUSE =
      bytes(
          "05 01  09 02  a1 01", // Generic Desktop, Mouse, Application
          "09 01  a1 00", // Pointer, Physical
          "05 09  19 01  29 05", // Buttons 1 to 5
          "15 00  25 01  95 05  75 01  81 02", // five bits
          "95 01  75 03  81 01", // three bits of padding
          "05 01  09 30  09 31  09 38", // X, Y, Wheel
          "15 81  25 7f  75 08  95 03  81 06", // three bytes, -127 to 127, relative
          "c0  c0");

  /** QEMU's usb-tablet: three buttons, absolute x and y, relative wheel. */
  public static final byte[] TABLET =
      bytes(
          "05 01  09 02  a1 01", // Generic Desktop, Mouse, Application
          "09 01  a1 00", // Pointer, Physical
          "05 09  19 01  29 03", // Buttons 1 to 3
          "15 00  25 01  95 03  75 01  81 02", // three bits
          "95 01  75 05  81 01", // five bits of padding
          "05 01  09 30  09 31", // X, Y
          "15 00  26 ff 7f  35 00  46 ff 7f", // logical and physical 0 to 32,767
          "75 10  95 02  81 02", // two words, absolute
          "05 01  09 38", // Wheel
          "15 81  25 7f  35 00  45 00  75 08  95 01  81 06", // a byte, relative
          "c0  c0");

  /**
   * A mouse, media keys and something of a maker's own behind one interface, told by report ids.
   */
  public static final byte[] NUMBERED =
      bytes(
          "05 01  09 02  a1 01  85 01", // Mouse, Report ID (1)
          "09 01  a1 00",
          "05 09  19 01  29 08  15 00  25 01  95 08  75 01  81 02", // Buttons 1 to 8
          "05 01  09 30  09 31  16 01 f8  26 ff 07  75 0c  95 02  81 06", // X, Y of 12 bits
          "09 38  15 81  25 7f  75 08  95 01  81 06", // Wheel
          "05 0c  0a 38 02  81 06", // Consumer, AC Pan
          "c0  c0",
          "05 0c  09 01  a1 01  85 02", // Consumer Control, Report ID (2)
          "19 01  2a 8c 02  15 01  26 8c 02  75 10  95 02  81 00", // two of 652 keys
          "c0",
          "06 00 ff  09 01  a1 01  85 03", // vendor, Report ID (3)
          "15 00  26 ff 00  75 08  95 04", // four bytes
          "09 01  81 02  09 01  91 02  09 01  b1 02", // in, out and feature
          "c0");

  private HidDescriptors() {}

  private static byte[] bytes(String... lines) {
    return HexFormat.of().parseHex(String.join("", lines).replace(" ", ""));
  }
}
