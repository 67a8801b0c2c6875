package org.bulkhead.itests.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;

/** What a JVM holds once all that nobody holds has been given back. */
final class Memory {

  private Memory() {}

  /**
   * Collects, and returns when what a collection is followed by is over as well: the memory of a
   * direct buffer is given back by a thread of the JVM's, which on a busy machine comes to it some
   * time after {@link System#gc}.
   *
   * <p>That thread takes all that a collection found, works it off and only then takes what the
   * next one found. So when it is seen at work on the second, it is done with the first.
   */
  static void collect() throws InterruptedException {
    collectAndAwait();
    collectAndAwait();
  }

  private static void collectAndAwait() throws InterruptedException {
    ReferenceQueue<Object> queue = new ReferenceQueue<>();
    Reference<Object> nobodyHolds = new PhantomReference<>(new Object(), queue);
    System.gc();
    assertThat(queue.remove(ContainerTest.PATIENCE.toMillis()))
        .as("what the collection has found")
        .isSameAs(nobodyHolds);
  }

  /** Bytes of the heap that are used, garbage included. */
  static long heap() {
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** Bytes of direct buffers that have not been given back. */
  static long direct() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }
}
