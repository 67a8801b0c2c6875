package org.bulkhead.framework.internal.compartment;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.HashSet;
import java.util.Set;

/** What the JVM knows of a thread, from outside of it. */
final class ThreadMeter {

  private static final ThreadMXBean THREADS =
      ManagementFactory.getThreadMXBean() instanceof ThreadMXBean known ? known : null;

  private static final int LONGEST_CHAIN = 64;
  private static final int SHOWN = 8;

  private ThreadMeter() {}

  /** The numbers of all threads. Does not stop the JVM. */
  static long[] ids() {
    return ManagementFactory.getThreadMXBean().getAllThreadIds();
  }

  /** Processor time since its start in nanoseconds, -1 where it is not known. */
  static long cpuNanos(Thread thread) {
    return THREADS == null ? -1 : THREADS.getThreadCpuTime(thread.getId());
  }

  /** Bytes allocated since its start, -1 where it is not known. */
  static long allocatedBytes(Thread thread) {
    return THREADS == null ? -1 : THREADS.getThreadAllocatedBytes(thread.getId());
  }

  /** Whether it waits for a monitor or a lock that somebody holds. */
  static boolean waitsForOwner(Thread thread) {
    ThreadInfo info = THREADS == null ? null : THREADS.getThreadInfo(thread.getId());
    return info != null && info.getLockOwnerId() >= 0;
  }

  /**
   * Whether it waits, over others, for threads that wait for each other. Stops the JVM shortly.
   *
   * @return who waits for what, or null where it does not
   */
  static String deadlock(Thread thread) {
    long[] deadlocked = THREADS == null ? null : THREADS.findDeadlockedThreads();
    if (deadlocked == null) {
      return null;
    }
    Set<Long> hopeless = new HashSet<>();
    for (long id : deadlocked) {
      hopeless.add(id);
    }
    boolean found = false;
    StringBuilder chain = new StringBuilder();
    Set<Long> seen = new HashSet<>();
    for (long at = thread.getId(); at >= 0 && seen.add(at) && seen.size() <= LONGEST_CHAIN; ) {
      found |= hopeless.contains(at);
      ThreadInfo info = THREADS.getThreadInfo(at);
      at = info == null ? -1 : info.getLockOwnerId();
      if (at >= 0 && seen.size() <= SHOWN) {
        chain
            .append(chain.isEmpty() ? "waits for " : ", which waits for ")
            .append(info.getLockName())
            .append(" held by \"")
            .append(info.getLockOwnerName())
            .append('"');
      }
    }
    return found ? chain.toString() : null;
  }
}
