package org.bulkhead.driver.ftdi.internal;

import org.bulkhead.device.usb.descriptor.DeviceDescriptor;

/** The chips, told apart by {@code bcdDevice}, and how each makes its baud rate. Pure, no I/O. */
enum FtdiChip {
  FT8U232AM(0x0200, false, false),
  FT232BM(0x0400, false, false),
  FT2232C(0x0500, true, false),
  FT232R(0x0600, false, false),
  FT2232H(0x0700, true, true),
  FT4232H(0x0800, true, true),
  FT232H(0x0900, false, true),
  FT_X(0x1000, false, false),
  FT2233HP(0x2800, true, true),
  FT4233HP(0x2900, true, true),
  FT2232HP(0x3000, true, true),
  FT4232HP(0x3100, true, true),
  FT233HP(0x3200, false, true),
  FT232HP(0x3300, false, true),
  FT4232HA(0x3600, true, true);

  /** Divisors are counted in eighths: 14 bits and three of fraction. */
  private static final int MAX_EIGHTHS = 0x3fff * 8 + 7;

  /**
   * The code of each eighth (AN232B-05 table 2): the halves came first, the odd ones with the BM.
   */
  private static final int[] FRACTION = {0, 3, 2, 4, 1, 5, 6, 7};

  private static final int CLOCK = 3_000_000;
  private static final int FAST_CLOCK = 12_000_000;
  private static final int FAST = 1 << 17;
  private static final double TOLERANCE = 0.03;

  private final int version;
  private final boolean multiPort;
  private final boolean highSpeed;

  FtdiChip(int version, boolean multiPort, boolean highSpeed) {
    this.version = version;
    this.multiPort = multiPort;
    this.highSpeed = highSpeed;
  }

  /**
   * Tells the chip. A version that is not known is taken for a single FT232BM, whose requests all
   * later chips have kept.
   *
   * @throws IllegalArgumentException for the FT8U100AX, which speaks another protocol
   */
  static FtdiChip of(DeviceDescriptor device) {
    if (device.deviceVersion() < FT8U232AM.version) {
      throw new IllegalArgumentException(
          String.format(
              "bcdDevice %04x is an FT8U100AX, whose protocol differs: supported from %04x on",
              device.deviceVersion(), FT8U232AM.version));
    }
    // A BM without a serial number calls itself 0x0200, the version of the AM.
    if (device.deviceVersion() == FT8U232AM.version && device.serialNumberIndex() == 0) {
      return FT232BM;
    }
    for (FtdiChip chip : values()) {
      if (chip.version == device.deviceVersion()) {
        return chip;
      }
    }
    return FT232BM;
  }

  /** What requests of an interface have in the low byte of wIndex: 0 on chips with one port. */
  int port(int interfaceNumber) {
    return multiPort ? interfaceNumber + 1 : 0;
  }

  /** Whether the divisor's high bits stand in the high byte of wIndex, to leave room for a port. */
  boolean wideIndex() {
    return multiPort || highSpeed;
  }

  /** Whether the latency timer can be set. */
  boolean hasLatencyTimer() {
    return this != FT8U232AM;
  }

  int maxBaud() {
    return highSpeed ? FAST_CLOCK : CLOCK;
  }

  /**
   * The divisor that comes nearest to a baud rate.
   *
   * @param baud bits per second
   * @return bits 13 to 0 the integer, 16 to 14 the fraction's code, 17 the 12 MHz clock
   * @throws IllegalArgumentException more than 3 % off
   */
  int divisor(int baud) {
    boolean fast = highSpeed && FAST_CLOCK * 8L <= (long) MAX_EIGHTHS * baud;
    long clockEighths = (fast ? FAST_CLOCK : CLOCK) * 8L;
    int best = 0;
    double bestError = TOLERANCE * baud;
    // A supported divisor is never further away than this.
    int nearest = (int) Math.min(MAX_EIGHTHS, Math.max(8, clockEighths / Math.max(1, baud)));
    for (int e = Math.max(8, nearest - 4); e <= Math.min(MAX_EIGHTHS, nearest + 8); e++) {
      double error = Math.abs(clockEighths / (double) e - baud);
      if (divides(e) && (error < bestError || best == 0 && error == bestError)) {
        best = e;
        bestError = error;
      }
    }
    if (best == 0) {
      throw new IllegalArgumentException(
          String.format(
              "baud rate %d: %s comes no nearer than 3 %%, it makes 183 to %d, with gaps near"
                  + " the top",
              baud, this, maxBaud()));
    }
    return encode(best) | (fast ? FAST : 0);
  }

  /** Below 2 there are 1 and 1.5 only, and the AM lacks some fractions (AN232B-05 section 3). */
  private boolean divides(int eighths) {
    if (this == FT8U232AM) {
      int fraction = eighths & 7;
      return (eighths == 8 || eighths >= 16) && (fraction < 3 || fraction == 4);
    }
    return eighths == 8 || eighths == 12 || eighths >= 16;
  }

  private static int encode(int eighths) {
    return switch (eighths) {
      case 8 -> 0;
      case 12 -> 1;
      default -> eighths >> 3 | FRACTION[eighths & 7] << 14;
    };
  }
}
