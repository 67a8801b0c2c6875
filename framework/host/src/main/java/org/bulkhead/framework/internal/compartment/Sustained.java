package org.bulkhead.framework.internal.compartment;

import java.time.Duration;

/**
 * What a driver may use up in the long run, over all of its calls; zero stands for without a bound.
 *
 * @param window over what time it is added up
 * @param cpuPercent processor time, in hundredths of one processor, see {@link Consumption}
 * @param allocatedPerSecond bytes of memory, whether it keeps them or not
 */
public record Sustained(Duration window, int cpuPercent, long allocatedPerSecond) {

  /** The values that the configuration's defaults give. */
  public static final Sustained DEFAULT = new Sustained(Duration.ofMinutes(1), 90, 2L << 30);

  /** Without bounds. */
  public static final Sustained NONE = new Sustained(Duration.ZERO, 0, 0);
}
