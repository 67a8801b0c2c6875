package org.bulkhead.framework.internal.compartment;

import java.time.Duration;
import java.util.List;
import org.bulkhead.framework.admin.Rung;

/**
 * The numbers that supervision goes by.
 *
 * @param call how long a driver may go without progress in a call
 * @param attach the same while it attaches
 * @param detach how long it may take to end in good order, calls under way included
 * @param teardown how long to wait for its threads and transfers after that
 * @param intensity faults within the period that are followed by a restart; one more quarantines
 * @param period the period
 * @param backoff the pause before the first restart; doubled with each further fault
 * @param backoffMax the longest such pause
 * @param updateWait how long a device waits for a driver that went away before it is let go
 * @param stable how long an incarnation runs without a fault until the faults before it are
 *     forgotten
 * @param ladder what is done about one fault after another
 * @param budget what a driver may use up
 */
public record Limits(
    Duration call,
    Duration attach,
    Duration detach,
    Duration teardown,
    int intensity,
    Duration period,
    Duration backoff,
    Duration backoffMax,
    Duration updateWait,
    Duration stable,
    List<Rung> ladder,
    Budget budget) {

  /** The default of the ladder. */
  public static final List<Rung> LADDER =
      List.of(Rung.RESTART, Rung.RESTART, Rung.CLEAR_HALTS, Rung.RESET, Rung.CYCLE_PORT);

  /** The values that the configuration's defaults give. */
  public static final Limits DEFAULT =
      new Limits(
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofSeconds(1),
          Duration.ofMillis(1500),
          5,
          Duration.ofSeconds(60),
          Duration.ofMillis(50),
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          LADDER,
          Budget.DEFAULT);
}
