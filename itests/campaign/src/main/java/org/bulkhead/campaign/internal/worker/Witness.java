package org.bulkhead.campaign.internal.worker;

import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.bulkhead.framework.admin.FaultInfo;

/**
 * A healthy driver at work beside the faults, all the time. Whatever happens to it is an effect of
 * a fault on another compartment; how long each of its calls took is told to the parent, which
 * knows how late the machine itself was.
 */
final class Witness implements Runnable, Beside {

  private static final long PAUSE_NANOS = 5_000_000L;

  private final String location;
  private final Link link;
  private final List<Lane> lanes;
  private final ConcurrentLinkedQueue<Long> micros = new ConcurrentLinkedQueue<>();
  private Load load;
  private volatile long rounds;
  private volatile long callSince = System.nanoTime();
  private long toldOf;

  Witness(String location, Link link, List<Lane> lanes) {
    this.location = location;
    this.link = link;
    this.lanes = lanes;
  }

  void load(Load work) {
    load = work;
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

  /**
   * How long the calls took that ended since this was asked last, in µs; with one that goes on past
   * a bound, which is told of once before its end.
   */
  String calls(long boundNanos) {
    StringJoiner calls = new StringJoiner(" ");
    for (Long call = micros.poll(); call != null; call = micros.poll()) {
      calls.add(call.toString());
    }
    long since = callSince;
    if (System.nanoTime() - since > boundNanos && toldOf != since) {
      toldOf = since;
      calls.add(Long.toString((System.nanoTime() - since) / 1_000));
    }
    return calls.toString();
  }

  @Override
  public void progress() {
    long now = System.nanoTime();
    micros.add((now - callSince) / 1_000);
    callSince = now;
  }

  @Override
  public void run() {
    while (!Thread.currentThread().isInterrupted()) {
      callSince = System.nanoTime();
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
