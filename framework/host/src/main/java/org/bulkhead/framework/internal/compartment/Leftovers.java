package org.bulkhead.framework.internal.compartment;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bulkhead.framework.internal.weave.Inhabitants;
import org.bulkhead.framework.internal.weave.StopSwitch;

/**
 * Threads that a driver started in some way that no guard saw, found by the class that their code
 * begins in. Looked for once a life is over, off the way of the next one.
 */
final class Leftovers {

  private static final long ENDING_MILLIS = 500;

  private final ClassLoader loader;
  private final Map<String, Boolean> owned = new HashMap<>();

  Leftovers(ClassLoader loader) {
    this.loader = loader;
  }

  /**
   * Those of a driver.
   *
   * @param all every thread, as {@link Thread#getAllStackTraces} gives them
   */
  List<Thread> find(Map<Thread, StackTraceElement[]> all) {
    List<Thread> found = new ArrayList<>();
    all.forEach(
        (thread, stack) -> {
          if (startedBy(thread, stack) && !Inhabitants.isInside(thread)) {
            found.add(thread);
          }
        });
    return found;
  }

  private boolean startedBy(Thread thread, StackTraceElement[] stack) {
    ClassLoader own = thread.getClass().getClassLoader();
    if (own == loader || StopSwitch.isKnown(own)) {
      // Surer than names on a stack, which two versions of a driver have in common.
      return own == loader;
    }
    for (int i = stack.length - 1; i >= 0; i--) {
      String name = stack[i].getClassName();
      if (!name.startsWith("java.") && !name.startsWith("jdk.")) {
        return owned.computeIfAbsent(name, this::isOwned);
      }
    }
    return false;
  }

  private boolean isOwned(String frame) {
    // A lambda is a class that no loader finds by name; it is its author's.
    int lambda = frame.indexOf("$$Lambda");
    String className = lambda < 0 ? frame : frame.substring(0, lambda);
    try {
      return Class.forName(className, false, loader).getClassLoader() == loader;
    } catch (ClassNotFoundException | LinkageError | RuntimeException others) {
      return false;
    }
  }

  /**
   * Ends a thread, by an interrupt and by the polls in its code.
   *
   * @return false where it is alive all the same
   */
  boolean end(Thread thread) throws InterruptedException {
    StopSwitch stop = StopSwitch.of(loader);
    stop.condemn(thread, new IncarnationEnded("the driver that started this thread has ended"));
    try {
      thread.interrupt();
      thread.join(ENDING_MILLIS);
      return !thread.isAlive();
    } finally {
      if (!thread.isAlive()) {
        stop.release(thread);
      }
    }
  }
}
