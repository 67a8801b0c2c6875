package org.bulkhead.framework.internal.compartment;

import java.util.Optional;
import org.bulkhead.device.driver.Remembered;

/** What a driver keeps over its lives on one device. Thread-safe. */
final class StateRecord {

  private record Kept(Remembered state, Object touch) {}

  private volatile Kept kept;

  Optional<Remembered> recalled() {
    Kept last = kept;
    return last == null ? Optional.empty() : Optional.of(last.state);
  }

  /**
   * Keeps a record in place of the last.
   *
   * @param touch the device's, as it is now
   */
  void remember(Remembered state, Object touch) {
    kept = new Kept(state, touch);
  }

  /** Whether it was kept while the device had this touch. */
  boolean isOf(Object touch) {
    Kept last = kept;
    return last != null && last.touch == touch;
  }

  /** The next life begins clean. */
  void forget() {
    kept = null;
  }
}
