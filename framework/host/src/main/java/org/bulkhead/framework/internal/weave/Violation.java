package org.bulkhead.framework.internal.weave;

/** The classes of call that no driver may make; each is a class of fault. */
public enum Violation {
  /** Ends the JVM. */
  EXIT("a driver must not end the gateway: throw, or call DriverContext.fail"),
  /** Loads native code. */
  NATIVE_LOAD(
      "native code cannot be kept in a compartment: a driver uses the endpoints it is lent"),
  /** Changes what belongs to the whole JVM. */
  GLOBAL_STATE("it belongs to the whole gateway, not to one driver"),
  /** Starts a thread, or has code run by one that is not the compartment's. */
  FOREIGN_THREAD("a driver starts no threads: submit transfers and let their handlers be called");

  private final String rule;

  Violation(String rule) {
    this.rule = rule;
  }

  String rule() {
    return rule;
  }
}
