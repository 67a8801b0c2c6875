package org.bulkhead.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Runs a target on one input, and fails where that takes too much time or memory. */
final class Judge {

  /**
   * Processor time, so that a busy machine accuses nobody. Reading is done in far less than a
   * millisecond, and instrumented code is some ten times slower.
   */
  private static final long MOST_NANOS = 1_000_000_000L;

  /** What the largest fixed buffers take, and the JVM's own on a first run. */
  private static final long BASE_BYTES = 8 << 20;

  /** For each byte of input: a message about every descriptor of two bytes is within it. */
  private static final long BYTES_PER_BYTE = 4096;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Judge() {}

  /** What is over a limit is measured again: loading and instrumenting classes is done but once. */
  private static final int MEASUREMENTS = 3;

  static void run(Target target, byte[] input) throws Exception {
    String excess = null;
    for (int i = 0; i == 0 || excess != null && i < MEASUREMENTS; i++) {
      excess = excess(target, input.clone());
    }
    Target.promise(excess == null, excess + " for " + input.length + " bytes of input");
  }

  private static String excess(Target target, byte[] input) throws Exception {
    long most = BASE_BYTES + BYTES_PER_BYTE * input.length;
    long nanos = THREADS.getCurrentThreadCpuTime();
    long bytes = THREADS.getCurrentThreadAllocatedBytes();
    target.read(input);
    bytes = THREADS.getCurrentThreadAllocatedBytes() - bytes;
    nanos = THREADS.getCurrentThreadCpuTime() - nanos;
    if (bytes > most) {
      return bytes + " bytes of memory";
    }
    return nanos > MOST_NANOS ? nanos / 1_000_000 + " ms" : null;
  }
}
