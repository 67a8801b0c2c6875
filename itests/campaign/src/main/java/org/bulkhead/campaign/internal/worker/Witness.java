package org.bulkhead.campaign.internal.worker;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.bulkhead.framework.admin.FaultInfo;

/**
 * A healthy driver at work beside the faults, all the time. Whatever happens to it is an effect of
 * a fault on another compartment.
 */
final class Witness implements Runnable {

  private static final long PAUSE_NANOS = 5_000_000L;

  private final String location;
  private final Load load;
  private final Link link;
  private final List<Lane> lanes;
  private volatile long rounds;
  private volatile long roundSince = System.nanoTime();

  Witness(String location, Load load, Link link, List<Lane> lanes) {
    this.location = location;
    this.load = load;
    this.link = link;
    this.lanes = lanes;
  }

  void fault(FaultInfo fault) {
    if (fault.location().equals(location)) {
      effect("found at fault: " + fault.kind() + " " + fault.message());
    }
  }

  private void effect(String what) {
    link.say(
        "W %s; armed: %s"
            .formatted(
                what,
                lanes.stream()
                    .map(Lane::current)
                    .filter(armed -> armed != null)
                    .map(armed -> Integer.toString(armed.index()))
                    .collect(Collectors.joining(","))));
  }

  long rounds() {
    return rounds;
  }

  /** How long its round has lasted so far. */
  long roundNanos() {
    return System.nanoTime() - roundSince;
  }

  @Override
  public void run() {
    while (!Thread.currentThread().isInterrupted()) {
      roundSince = System.nanoTime();
      try {
        load.round();
        rounds++;
      } catch (Deviation seen) {
        effect(seen.getMessage());
        load.settle();
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
