package org.bulkhead.driver.hid.internal;

import java.nio.ByteBuffer;

/**
 * One main item of a report descriptor (HID 1.11 section 6.2.2.4): a row of controls of equal size.
 *
 * @param application usage of the application collection around it, 0 for none
 * @param bitOffset where its first control starts in the report, the report id not counted
 * @param sizeBits bits of a control
 * @param count how many controls
 * @param flags the bits of the main item
 * @param range limits and units
 * @param usages what its controls are
 */
record ReportField(
    int application,
    int bitOffset,
    int sizeBits,
    int count,
    int flags,
    Range range,
    Usages usages) {

  private static final int CONSTANT = 1;
  private static final int VARIABLE = 1 << 1;
  private static final int RELATIVE = 1 << 2;
  private static final int NULL_STATE = 1 << 6;
  private static final int BUFFERED_BYTES = 1 << 8;
  private static final int LARGEST_NUMBER_BITS = 32;

  /**
   * Limits and units (HID 1.11 section 6.2.2.7).
   *
   * @param logicalMin {@code Logical Minimum}
   * @param logicalMax {@code Logical Maximum}
   * @param physicalMin {@code Physical Minimum}; both 0 mean the logical ones
   * @param physicalMax {@code Physical Maximum}
   * @param exponent {@code Unit Exponent}, -8 to 7
   * @param unit {@code Unit}, a nibble for the system and one for each dimension
   */
  record Range(
      long logicalMin,
      long logicalMax,
      long physicalMin,
      long physicalMax,
      int exponent,
      int unit) {

    /** Whether values below zero can come: then they are sent in two's complement. */
    boolean signed() {
      return logicalMin < 0;
    }

    boolean holds(long value) {
      return value >= logicalMin && value <= logicalMax;
    }
  }

  boolean isConstant() {
    return (flags & CONSTANT) != 0;
  }

  /** One control for each usage; otherwise each control names a usage that is on. */
  boolean isVariable() {
    return (flags & VARIABLE) != 0;
  }

  boolean isRelative() {
    return (flags & RELATIVE) != 0;
  }

  boolean hasNullState() {
    return (flags & NULL_STATE) != 0;
  }

  /** Whether the controls are numbers at all, rather than padding or a row of bytes. */
  boolean isNumeric() {
    return !isConstant()
        && (flags & BUFFERED_BYTES) == 0
        && sizeBits > 0
        && sizeBits <= LARGEST_NUMBER_BITS;
  }

  int endBit() {
    return bitOffset + sizeBits * count;
  }

  /**
   * Reads a control. Bits that the device did not send are 0.
   *
   * @param report the report without its id, from its position to its limit
   * @param control 0 to count - 1
   */
  long value(ByteBuffer report, int control) {
    long value = 0;
    int first = bitOffset + control * sizeBits;
    for (int i = 0; i < sizeBits; i++) {
      int at = report.position() + (first + i >>> 3);
      if (at < report.limit() && (report.get(at) >> (first + i & 7) & 1) != 0) {
        value |= 1L << i;
      }
    }
    if (range.signed() && (value >> sizeBits - 1 & 1) != 0) {
      value -= 1L << sizeBits;
    }
    return value;
  }

  /** Writes a control, cut to its size. */
  void put(byte[] report, int control, long value) {
    int first = bitOffset + control * sizeBits;
    for (int i = 0; i < sizeBits; i++) {
      int mask = 1 << (first + i & 7);
      int at = first + i >>> 3;
      report[at] = (byte) ((value >> i & 1) != 0 ? report[at] | mask : report[at] & ~mask);
    }
  }

  /** Whether the value says that the control has nothing to tell (HID 1.11 section 6.2.2.5). */
  boolean isNull(long value) {
    return hasNullState() && !range.holds(value);
  }

  /** The usage that a control of an array names, 0 for none. */
  int selected(long value) {
    return range.holds(value) ? usages.inArray(value - range.logicalMin) : 0;
  }
}
