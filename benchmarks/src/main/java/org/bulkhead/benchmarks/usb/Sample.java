package org.bulkhead.benchmarks.usb;

/**
 * One run of one engine.
 *
 * @param transfers that came back
 * @param bytes that they moved
 * @param nanos on the clock
 * @param cpuNanos of all threads of the engine's process
 * @param allocatedBytes by all Java threads in the steady state
 * @param calls how the counters of the stand-in grew
 * @param latencies in ns: p50, p99, p99.9, p99.99 and the worst; empty where not measured
 * @param histogram of all latencies, values and their counts in turns; empty but for an open loop
 */
record Sample(
    long transfers,
    long bytes,
    long nanos,
    long cpuNanos,
    long allocatedBytes,
    Calls calls,
    long[] latencies,
    long[] histogram) {

  private static final int FIGURES = 4;
  private static final int LATENCIES = 5;

  /** Of the figures of an engine's answer, and what was seen of it from outside. */
  static Sample of(long[] figures, long cpuNanos, Calls calls) {
    int after = Math.min(figures.length, FIGURES + LATENCIES);
    return new Sample(
        figures[0],
        figures[1],
        figures[2],
        cpuNanos,
        figures[3],
        calls,
        java.util.Arrays.copyOfRange(figures, FIGURES, after),
        java.util.Arrays.copyOfRange(figures, after, figures.length));
  }

  /** The counters of usbfs/standin.h, in its order. */
  record Calls(
      long submits, long reaps, long emptyReaps, long otherIoctls, long polls, long timers) {

    Calls since(Calls before) {
      return new Calls(
          submits - before.submits,
          reaps - before.reaps,
          emptyReaps - before.emptyReaps,
          otherIoctls - before.otherIoctls,
          polls - before.polls,
          timers - before.timers);
    }

    long ioctls() {
      return submits + reaps + emptyReaps + otherIoctls;
    }
  }

  double megabytesPerSecond() {
    return bytes * 1e3 / nanos;
  }

  double cpuMicrosPerTransfer() {
    return cpuNanos / 1e3 / transfers;
  }

  double cpuSecondsPerGiB() {
    return cpuNanos / 1e9 / bytes * (1 << 30);
  }

  double ioctlsPerTransfer() {
    return (double) calls.ioctls() / transfers;
  }

  double pollsPerTransfer() {
    return (double) calls.polls() / transfers;
  }

  double allocatedPerTransfer() {
    return (double) allocatedBytes / transfers;
  }

  double latency(int which) {
    return latencies[which];
  }

  String json() {
    StringBuilder text = new StringBuilder();
    text.append("{\"transfers\":").append(transfers);
    text.append(",\"bytes\":").append(bytes);
    text.append(",\"nanos\":").append(nanos);
    text.append(",\"cpuNanos\":").append(cpuNanos);
    text.append(",\"allocatedBytes\":").append(allocatedBytes);
    text.append(",\"submits\":").append(calls.submits);
    text.append(",\"reaps\":").append(calls.reaps);
    text.append(",\"emptyReaps\":").append(calls.emptyReaps);
    text.append(",\"otherIoctls\":").append(calls.otherIoctls);
    text.append(",\"polls\":").append(calls.polls);
    text.append(",\"timers\":").append(calls.timers);
    text.append(",\"latencies\":").append(java.util.Arrays.toString(latencies).replace(" ", ""));
    return text.append('}').toString();
  }
}
