package org.bulkhead.transport.libusb.internal;

/**
 * How often to look for devices. Hot-plug events are a hint to look at once. A change that none of
 * them announced, shortly before or after, shows that they do not come: then looking often is all
 * that is left. Not thread-safe; times are of System.nanoTime.
 */
final class Pace {

  /** udev's rules may take as long before the event comes, and libusb's thread after. */
  static final long GRACE_NANOS = 1_000_000_000L;

  /** sysfs may not be done when the event comes, or when a device is first seen. */
  private static final long SOON_NANOS = 100_000_000L;

  private final long safetyNanos;
  private final long pollNanos;
  private boolean eventSeen;
  private long eventAt;
  private boolean suspicious;
  private long suspiciousSince;
  private boolean first = true;
  private boolean polling;

  Pace(long safetyNanos, long pollNanos) {
    this.safetyNanos = safetyNanos;
    this.pollNanos = pollNanos;
  }

  /** An event came. */
  void event(long now) {
    eventSeen = true;
    eventAt = now;
    suspicious = false;
  }

  /**
   * Takes what a look found.
   *
   * @return true when this look made it plain that events do not come
   */
  boolean looked(long now, boolean changed) {
    if (!first && changed && !suspicious && !(eventSeen && now - eventAt < GRACE_NANOS)) {
      suspicious = true;
      suspiciousSince = now;
    }
    first = false;
    if (!polling && suspicious && now - suspiciousSince >= GRACE_NANOS) {
      polling = true;
      return true;
    }
    return false;
  }

  boolean polling() {
    return polling;
  }

  /** How long until the next look. */
  long waitNanos(long now, boolean unfinished) {
    long wait = polling ? pollNanos : safetyNanos;
    if (unfinished || eventSeen && now - eventAt < SOON_NANOS) {
      wait = Math.min(wait, SOON_NANOS);
    }
    if (suspicious && !polling) {
      wait = Math.min(wait, Math.max(1, suspiciousSince + GRACE_NANOS - now));
    }
    return wait;
  }
}
