package org.bulkhead.framework.internal.compartment;

import org.bulkhead.framework.admin.InjectedFault;
import org.bulkhead.framework.internal.weave.PlantedLoop;
import org.bulkhead.framework.internal.weave.StopSwitch;

/**
 * The fault that is planted in a compartment, if one is. Planted between two lives, it breaks out
 * in the next one.
 */
final class Drill {

  private volatile InjectedFault planted;

  /** Plants a fault for the next crossing; the last one counts. From any thread. */
  synchronized void plant(InjectedFault fault) {
    planted = fault;
  }

  /** Nothing breaks out any more. */
  synchronized void callOff() {
    planted = null;
  }

  /** Whether a fault is planted; costs a read. */
  boolean isPlanted() {
    return planted != null;
  }

  /** Does to the calling thread, a driver's, what is planted, once. */
  void breakOut(Incarnation in, StopSwitch stop) {
    InjectedFault fault = take();
    if (fault == null) {
      return;
    }
    switch (fault) {
      case THROW -> throw new IllegalStateException("planted fault");
      case ERROR -> throw new LinkageError("planted fault");
      case HANG -> hang(in);
      case LOOP -> PlantedLoop.in(stop).run();
    }
  }

  private synchronized InjectedFault take() {
    InjectedFault fault = planted;
    planted = null;
    return fault;
  }

  /** By no interrupt but the one that the incarnation ends with, and at once by that. */
  private void hang(Incarnation in) {
    Object never = new Object();
    synchronized (never) {
      while (!in.isCondemned()) {
        try {
          never.wait();
        } catch (InterruptedException notYet) {
          // Whether it is the end is asked above.
        }
      }
    }
    in.check();
  }
}
