package org.bulkhead.driver.hid.internal;

import org.bulkhead.driver.hid.internal.ReportField.Range;

/** The item state table (HID 1.11 section 6.2.2.7), which push keeps and pop brings back. */
final class GlobalItems {

  int page;
  int sizeBits;
  int count;
  int reportId;
  private long logicalMin;
  private long logicalMax;
  private long logicalMaxUnsigned;
  private long physicalMin;
  private long physicalMax;
  private long physicalMaxUnsigned;
  private int exponent;
  private int unit;

  GlobalItems copy() {
    GlobalItems copy = new GlobalItems();
    copy.page = page;
    copy.sizeBits = sizeBits;
    copy.count = count;
    copy.reportId = reportId;
    copy.logicalMin = logicalMin;
    copy.logicalMax = logicalMax;
    copy.logicalMaxUnsigned = logicalMaxUnsigned;
    copy.physicalMin = physicalMin;
    copy.physicalMax = physicalMax;
    copy.physicalMaxUnsigned = physicalMaxUnsigned;
    copy.exponent = exponent;
    copy.unit = unit;
    return copy;
  }

  void logicalMin(long signed) {
    logicalMin = signed;
  }

  void logicalMax(long signed, long unsigned) {
    logicalMax = signed;
    logicalMaxUnsigned = unsigned;
  }

  void physicalMin(long signed) {
    physicalMin = signed;
  }

  void physicalMax(long signed, long unsigned) {
    physicalMax = signed;
    physicalMaxUnsigned = unsigned;
  }

  /** A nibble in two's complement, as the tables of the specification show it. */
  void exponent(long data) {
    exponent = (int) (data & 0xf) - ((data & 8) != 0 ? 16 : 0);
  }

  void unit(long data) {
    unit = (int) data;
  }

  /**
   * The limits as a field takes them. Items are signed, but devices whose limits start at 0 write
   * 25 FF and mean 255, as QEMU's keyboard does.
   */
  Range range() {
    return new Range(
        logicalMin,
        logicalMin < 0 ? logicalMax : logicalMaxUnsigned,
        physicalMin,
        physicalMin < 0 ? physicalMax : physicalMaxUnsigned,
        exponent,
        unit);
  }
}
