package org.bulkhead.device.input;

/** The three kinds of report (HID 1.11 section 7.2.1). */
public enum ReportType {
  /** From the device, by itself. */
  INPUT,
  /** To the device: lights, displays, force feedback. */
  OUTPUT,
  /** Settings and state, both ways, only when asked for. */
  FEATURE;

  /**
   * The type as GET_REPORT and SET_REPORT write it.
   *
   * @return 1 to 3
   */
  public int code() {
    return ordinal() + 1;
  }
}
