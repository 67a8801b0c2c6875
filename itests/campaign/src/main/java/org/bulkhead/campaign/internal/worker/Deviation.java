package org.bulkhead.campaign.internal.worker;

/** What an application saw that is not as it should be. */
final class Deviation extends Exception {

  private static final long serialVersionUID = 1L;

  /** How bad it is. */
  enum Kind {
    /** The contract's own words: unavailable, outcome unknown, a failed call. The caller knows. */
    TOLD,
    /** Wrong data, or none, and nobody says so. */
    WRONG,
    /** What no contract names: an undeclared exception, a call that never ends. */
    BEYOND
  }

  private final Kind kind;

  /** The life that acknowledged what is wrong; 0 where that is not known. */
  private long life;

  Deviation(Kind kind, String message, Throwable cause) {
    super(message, cause, false, false);
    this.kind = kind;
  }

  Deviation(Kind kind, String message) {
    this(kind, message, null);
  }

  /** Wrong data that one life of the driver said was right. */
  static Deviation acknowledged(long life, String message) {
    Deviation wrong = new Deviation(Kind.WRONG, message);
    wrong.life = life;
    return wrong;
  }

  Kind kind() {
    return kind;
  }

  long life() {
    return life;
  }

  /** What a call of a session threw. */
  static Deviation of(Throwable thrown) {
    Kind kind =
        thrown instanceof java.io.IOException || isSettingRefused(thrown) ? Kind.TOLD : Kind.BEYOND;
    return new Deviation(kind, thrown.toString(), thrown);
  }

  private static boolean isSettingRefused(Throwable thrown) {
    return thrown instanceof org.osgi.service.serial.SerialDeviceException
        || thrown instanceof IllegalArgumentException;
  }
}
