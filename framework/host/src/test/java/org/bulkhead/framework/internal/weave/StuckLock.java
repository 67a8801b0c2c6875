package org.bulkhead.framework.internal.weave;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** A lock that somebody holds for ever. */
public final class StuckLock {

  /** Held. */
  public static final ReentrantLock LOCK = new ReentrantLock();

  private StuckLock() {}

  static {
    CountDownLatch held = new CountDownLatch(1);
    Thread holder =
        new Thread(
            () -> {
              LOCK.lock();
              held.countDown();
              while (true) {
                LockSupport.park();
              }
            },
            "holder");
    holder.setDaemon(true);
    holder.start();
    try {
      held.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
