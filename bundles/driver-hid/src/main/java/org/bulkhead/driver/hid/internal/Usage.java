package org.bulkhead.driver.hid.internal;

/** The usages that the driver knows (HID Usage Tables 1.12): page in the high half. */
final class Usage {

  static final int POINTER = 0x0001_0001;
  static final int MOUSE = 0x0001_0002;
  static final int KEYBOARD = 0x0001_0006;
  static final int KEYPAD = 0x0001_0007;
  static final int X = 0x0001_0030;
  static final int Y = 0x0001_0031;
  static final int WHEEL = 0x0001_0038;
  static final int SYSTEM_CONTROL = 0x0001_0080;
  static final int CONSUMER_CONTROL = 0x000c_0001;
  static final int AC_PAN = 0x000c_0238;
  static final int DIGITIZER = 0x000d_0001;
  static final int TOUCH_PAD = 0x000d_0005;
  static final int TIP_SWITCH = 0x000d_0042;
  static final int BARREL_SWITCH = 0x000d_0044;

  /** Page of keys, whose first three usages tell of trouble instead of keys. */
  static final int KEY_PAGE = 0x07;

  static final int BUTTON_PAGE = 0x09;

  /** Too many keys at once: the report says nothing about any key. */
  static final int ERROR_ROLL_OVER = 0x0007_0001;

  static final int ERROR_UNDEFINED = 0x0007_0003;

  private Usage() {}

  static int page(int usage) {
    return usage >>> 16;
  }

  static int id(int usage) {
    return usage & 0xffff;
  }
}
