package org.bulkhead.launcher.internal;

import java.util.logging.LogManager;

/**
 * A log manager that keeps its handlers while the JVM shuts down. The JDK's own takes them away at
 * once, although what is logged while bundles stop is worth reading.
 */
public final class SteadyLogManager extends LogManager {

  /** Called by the JDK. */
  public SteadyLogManager() {}

  /** Makes the JDK use this class; to be called before anything else touches logging. */
  static void select() {
    System.setProperty("java.util.logging.manager", SteadyLogManager.class.getName());
  }

  @Override
  public void reset() {
    // See above; Logging replaces the default handlers itself.
  }
}
