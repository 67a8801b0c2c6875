package org.bulkhead.framework.internal.weave;

import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * Who is alive, so that a guard finds whose code the current thread runs. One for the JVM, because
 * woven code calls static methods. Searched only where something is forbidden or interrupted: to
 * enter a driver's code costs nothing here.
 */
public final class Inhabitants {

  private static final Set<Inhabitant> ALIVE = Collections.newSetFromMap(new WeakHashMap<>());

  private Inhabitants() {}

  /** A life begins. Held weakly: it need not be told of its end. */
  public static void add(Inhabitant inhabitant) {
    synchronized (ALIVE) {
      ALIVE.add(inhabitant);
    }
  }

  /** A life is over and nobody is inside any more. */
  public static void remove(Inhabitant inhabitant) {
    synchronized (ALIVE) {
      ALIVE.remove(inhabitant);
    }
  }

  /** Throws an Error where the current thread is inside a driver whose time is over. */
  public static void check() {
    Inhabitant current = current();
    if (current != null) {
      current.check();
    }
  }

  /**
   * Reports a forbidden call of the current thread's driver.
   *
   * @return what to throw into the driver
   */
  public static ForbiddenCall violated(Violation violation, String call) {
    ForbiddenCall forbidden = new ForbiddenCall(violation, call);
    Inhabitant current = current();
    if (current != null) {
      current.violated(violation, forbidden);
    }
    return forbidden;
  }

  /** Whether a thread is inside some driver, as it should be. */
  public static boolean isInside(Thread thread) {
    return inhabitedBy(thread) != null;
  }

  private static Inhabitant current() {
    return inhabitedBy(Thread.currentThread());
  }

  private static Inhabitant inhabitedBy(Thread thread) {
    synchronized (ALIVE) {
      for (Inhabitant inhabitant : ALIVE) {
        if (inhabitant.isRunBy(thread)) {
          return inhabitant;
        }
      }
    }
    return null;
  }
}
