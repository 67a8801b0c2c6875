package org.bulkhead.framework.admin;

import java.util.Locale;

/**
 * What is done to a driver and its device after a fault, from the mildest on. Behind the last one
 * is quarantine.
 */
public enum Rung {
  /** Ends the driver and attaches it anew. */
  RESTART,
  /** Before that, clears the halt of each endpoint of the interface. */
  CLEAR_HALTS,
  /**
   * Before that, resets the device; drivers of its other interfaces end in good order meanwhile.
   */
  RESET,
  /** Before that, has the hub switch the device's port off and on; the device arrives anew. */
  CYCLE_PORT;

  /**
   * The name that people see and configurations use.
   *
   * @return lower case, with hyphens
   */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The rung of a name.
   *
   * @param label as {@link #label} writes it
   * @return the rung
   * @throws IllegalArgumentException says which there are
   */
  public static Rung named(String label) {
    for (Rung rung : values()) {
      if (rung.label().equals(label.strip().toLowerCase(Locale.ROOT))) {
        return rung;
      }
    }
    throw new IllegalArgumentException(
        "\"" + label.strip() + "\" is none of restart, clear-halts, reset and cycle-port");
  }
}
