package org.bulkhead.framework.internal.compartment;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.BiConsumer;

/**
 * Looks for the threads that drivers left behind: some time after a life has ended, and once for
 * all lives that ended meanwhile, as looking takes the stacks of the whole JVM. Thread-safe.
 */
final class LeftoverSweep {

  /** One that was just started has no frames yet, and one that is ending has gone by then. */
  private static final Duration AFTER = Duration.ofMillis(500);

  private final Host host;

  /** In the order of their ends. */
  private Map<ClassLoader, BiConsumer<Leftovers, Thread>> wanted = new LinkedHashMap<>();

  /**
   * Held against somebody already. One that cannot be ended would be found again after each life of
   * the driver's next version, whose classes have the same names.
   */
  private final Set<Thread> told = Collections.newSetFromMap(new WeakHashMap<>());

  LeftoverSweep(Host host) {
    this.host = host;
  }

  /**
   * Looks later. Of lives of one driver the first to ask is told.
   *
   * @param loader of the driver's classes
   * @param found told of each thread, on a thread of the framework's that may be kept waiting
   */
  void later(ClassLoader loader, BiConsumer<Leftovers, Thread> found) {
    synchronized (this) {
      boolean first = wanted.isEmpty();
      wanted.putIfAbsent(loader, found);
      if (!first) {
        return;
      }
    }
    host.later(AFTER, this::sweep);
  }

  private void sweep() {
    Map<ClassLoader, BiConsumer<Leftovers, Thread>> due;
    synchronized (this) {
      due = wanted;
      wanted = new LinkedHashMap<>();
    }
    Map<Thread, StackTraceElement[]> all = Thread.getAllStackTraces();
    due.forEach(
        (loader, found) -> {
          Leftovers leftovers = new Leftovers(loader);
          List<Thread> threads = leftovers.find(all);
          threads.stream().filter(this::isNew).forEach(each -> found.accept(leftovers, each));
        });
  }

  private synchronized boolean isNew(Thread thread) {
    return told.add(thread);
  }
}
