package org.bulkhead.framework.internal.compartment;

import java.util.Optional;
import org.bulkhead.device.driver.Remembered;

/** What a driver keeps over its lives on one device. Thread-safe. */
final class StateRecord {

  private volatile Remembered kept;

  Optional<Remembered> recalled() {
    return Optional.ofNullable(kept);
  }

  void remember(Remembered state) {
    kept = state;
  }

  /** The next life begins clean. */
  void forget() {
    kept = null;
  }
}
