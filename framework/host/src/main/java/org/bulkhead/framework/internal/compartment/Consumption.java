package org.bulkhead.framework.internal.compartment;

import java.util.concurrent.TimeUnit;

/**
 * Adds up what a driver uses in one short call after another, each of which is over before anybody
 * looks twice. Sampled: what a thread has used between two looks counts where it was inside at
 * both. That is all of what the driver's own thread takes, and too little of what several callers
 * take by turns; of what an application's thread does between its calls it is next to nothing, as
 * that thread would have to be inside whenever it is looked at.
 */
final class Consumption {

  /** Where calls are shorter on average, they are work that somebody asks for, however much. */
  private static final long MERE_LOAD_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private Thread thread;
  private long cpu;
  private long bytes;
  private long since;
  private long firstEntry;
  private long usedCpu;
  private long usedBytes;

  /** Begins to count. */
  void begin(long nowNanos, long entries) {
    thread = null;
    since = nowNanos;
    firstEntry = entries;
    usedCpu = 0;
    usedBytes = 0;
  }

  /** Nobody is inside. */
  void nobody() {
    thread = null;
  }

  /**
   * Somebody is inside.
   *
   * @param entries how many have entered until now
   * @param cpuNow his processor time
   * @param bytesNow what he has allocated
   * @return what is wrong, or null
   */
  Fault look(
      Thread inside, long entries, long nowNanos, long cpuNow, long bytesNow, Sustained bounds) {
    long window = bounds.window().toNanos();
    if (nowNanos - since > window) {
      begin(nowNanos, entries);
    }
    if (inside == thread) {
      usedCpu += cpuNow - cpu;
      usedBytes += bytesNow - bytes;
    }
    thread = inside;
    cpu = cpuNow;
    bytes = bytesNow;
    long calls = Math.max(1, entries - firstEntry);
    if (bounds.cpuPercent() > 0
        && usedCpu > window / 100 * bounds.cpuPercent()
        && usedCpu / calls > MERE_LOAD_NANOS) {
      return Fault.stack(
          FaultKind.CPU,
          "%d calls took %d ms of processor time within %d s; %d %% of a processor are borne"
              .formatted(
                  calls,
                  TimeUnit.NANOSECONDS.toMillis(usedCpu),
                  bounds.window().toSeconds(),
                  bounds.cpuPercent()),
          inside);
    }
    if (bounds.allocatedPerSecond() > 0
        && usedBytes > bounds.allocatedPerSecond() * (window / 1e9)) {
      return Fault.stack(
          FaultKind.ALLOCATION,
          "%d calls allocated %d MiB within %d s; %d a second are borne"
              .formatted(
                  calls,
                  usedBytes >> 20,
                  bounds.window().toSeconds(),
                  bounds.allocatedPerSecond() >> 20),
          inside);
    }
    return null;
  }
}
