package org.bulkhead.framework.internal.weave;

/** One life of a driver, as guards see it. */
public interface Inhabitant {

  /** Whether the thread is inside its code now. */
  boolean isRunBy(Thread thread);

  /** Throws an Error where it is over. */
  void check();

  /** Its code made a call which no driver may make: ends it. Does not block. */
  void violated(Violation violation, ForbiddenCall call);
}
