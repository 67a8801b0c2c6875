package org.bulkhead.launcher.internal;

import java.util.logging.LogManager;

/**
 * A log manager that keeps its handlers while the JVM shuts down. The JDK's own takes them away at
 * once, although what is logged while bundles stop is worth reading.
 */
public final class SteadyLogManager extends LogManager {

  /** Called by the JDK. */
  public SteadyLogManager() {}

  @Override
  public void reset() {
    // See above; Logging replaces the default handlers itself.
  }
}
