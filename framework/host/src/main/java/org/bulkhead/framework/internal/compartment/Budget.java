package org.bulkhead.framework.internal.compartment;

import java.time.Duration;

/**
 * What a driver may use up; zero stands for without a bound.
 *
 * @param allocatedBytes memory that one call may allocate, whether it keeps it or not
 * @param cpu processor time that one call may take
 * @param errorsPerSecond transfers that may end in a stall, an overflow or an error in a second
 * @param sustained what all calls together may use up
 */
public record Budget(long allocatedBytes, Duration cpu, int errorsPerSecond, Sustained sustained) {

  /** The values that the configuration's defaults give. */
  public static final Budget DEFAULT =
      new Budget(256L << 20, Duration.ofSeconds(10), 500, Sustained.DEFAULT);

  /** Without bounds. */
  public static final Budget NONE = new Budget(0, Duration.ZERO, 0, Sustained.NONE);

  /** The same with other bounds in the long run. */
  public Budget over(Sustained other) {
    return new Budget(allocatedBytes, cpu, errorsPerSecond, other);
  }
}
