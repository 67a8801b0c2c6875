package org.bulkhead.device.input;

/** The lights of a keyboard (HID Usage Tables, LED page 0x08). */
public enum Led {
  /** Usage 0x01. */
  NUM_LOCK,
  /** Usage 0x02. */
  CAPS_LOCK,
  /** Usage 0x03. */
  SCROLL_LOCK,
  /** Usage 0x04. */
  COMPOSE,
  /** Usage 0x05. */
  KANA;

  private static final int PAGE = 0x08;

  /**
   * The light's usage.
   *
   * @return page and usage, 0x00080001 to 0x00080005
   */
  public int usage() {
    return PAGE << 16 | ordinal() + 1;
  }
}
