package org.bulkhead.transport.chaos;

import java.time.Duration;
import java.util.Objects;

/**
 * Which transfers suffer, and what.
 *
 * @param location the device, such as {@code sim-1}; empty for any
 * @param endpointAddress {@code bEndpointAddress}, 0 for control, or {@link #ANY_ENDPOINT}
 * @param fault what happens
 * @param skip how many such transfers go well first, 0 or more
 * @param count how many then suffer, 1 or more
 * @param delay how late LATE and REORDER complete, how long an unplugged device is away
 */
public record ChaosRule(
    String location, int endpointAddress, ChaosFault fault, int skip, int count, Duration delay) {

  /** For a fault that may strike any endpoint. */
  public static final int ANY_ENDPOINT = -1;

  /**
   * Checks the numbers.
   *
   * @param location the device
   * @param endpointAddress the endpoint
   * @param fault what happens
   * @param skip how many go well first
   * @param count how many suffer
   * @param delay how late, or how long
   * @throws IllegalArgumentException names the one that is out of range
   */
  public ChaosRule {
    Objects.requireNonNull(location, "location");
    Objects.requireNonNull(fault, "fault");
    if (skip < 0 || count < 1 || delay.isNegative()) {
      throw new IllegalArgumentException(
          "skip %d, count %d, delay %s: 0 or more, 1 or more, 0 or more"
              .formatted(skip, count, delay));
    }
  }

  /**
   * The next transfers of a device suffer.
   *
   * @param location the device
   * @param fault what happens
   * @param count to how many transfers
   * @return a rule for any endpoint, with a delay of 20 ms
   */
  public static ChaosRule next(String location, ChaosFault fault, int count) {
    return new ChaosRule(location, ANY_ENDPOINT, fault, 0, count, Duration.ofMillis(20));
  }
}
