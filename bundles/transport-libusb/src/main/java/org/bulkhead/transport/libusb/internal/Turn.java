package org.bulkhead.transport.libusb.internal;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The right to handle events, which one thread has at a time. Whoever gives it up unparks one that
 * waits for it, and whoever was counted on and leaves passes that on: it is never free while
 * somebody waits for it. Taking a free one and giving it up locks nothing and allocates nothing.
 */
final class Turn {

  private final AtomicReference<Thread> holder = new AtomicReference<>();
  private final AtomicInteger claims = new AtomicInteger();
  private final Runnable interruptHolder;
  private Thread[] waiting = new Thread[8]; // guarded by this
  private volatile int waiters; // written with this held
  private volatile int taken; // written by the holder
  private volatile Thread sleeper;

  /**
   * A turn that nobody has.
   *
   * @param interruptHolder has the holder look whether somebody claims the turn; does not block
   */
  Turn(Runnable interruptHolder) {
    this.interruptHolder = interruptHolder;
  }

  /** Takes it where it is free and nobody claims it. */
  boolean tryTake() {
    if (claims.get() == 0 && holder.compareAndSet(null, Thread.currentThread())) {
      taken++;
      return true;
    }
    return false;
  }

  /**
   * Takes it before all others, as soon as its holder gives it up; interrupts do not cut it short.
   *
   * @param untilNanos when to stop waiting, of System.nanoTime
   */
  boolean claim(long untilNanos) {
    Thread me = Thread.currentThread();
    boolean interrupted = false;
    boolean mine = false;
    claims.incrementAndGet();
    add(me);
    try {
      mine = holder.compareAndSet(null, me);
      long left = untilNanos - System.nanoTime();
      while (!mine && left > 0) {
        interruptHolder.run();
        LockSupport.parkNanos(this, left);
        interrupted |= Thread.interrupted();
        mine = holder.compareAndSet(null, me);
        left = untilNanos - System.nanoTime();
      }
    } finally {
      remove(me);
      claims.decrementAndGet();
      if (mine) {
        taken++;
      } else {
        pass();
      }
      if (interrupted) {
        me.interrupt();
      }
    }
    return mine;
  }

  /** Gives it up. */
  void release() {
    holder.set(null);
    pass();
    LockSupport.unpark(sleeper);
  }

  /** Has another look who waits, where it is free. */
  void pass() {
    if (waiters > 0 && holder.get() == null) {
      unparkNext();
    }
  }

  private synchronized void unparkNext() {
    // One that claims it may be anywhere among them.
    int count = claims.get() > 0 ? waiters : Math.min(1, waiters);
    for (int i = 0; i < count; i++) {
      LockSupport.unpark(waiting[i]);
    }
  }

  /**
   * Parks until it may be free, or the wait may be over, and takes it if so. Until then this thread
   * counts as one that waits, before which the event thread takes none. Who gets nothing and waits
   * no more passes it.
   */
  boolean follow(BooleanSupplier over, long nanos) {
    Thread me = Thread.currentThread();
    add(me);
    try {
      if ((holder.get() != null || claims.get() > 0) && !over.getAsBoolean()) {
        LockSupport.parkNanos(this, nanos);
      }
      return !over.getAsBoolean() && tryTake();
    } finally {
      remove(me);
    }
  }

  /** Parks until somebody gives it up; for one thread only. */
  void awaitRelease() {
    sleeper = Thread.currentThread();
    if (holder.get() != null) {
      LockSupport.park(this);
    }
    sleeper = null;
  }

  private synchronized void add(Thread thread) {
    if (waiters == waiting.length) {
      waiting = Arrays.copyOf(waiting, 2 * waiters);
    }
    waiting[waiters] = thread;
    waiters++;
  }

  private synchronized void remove(Thread thread) {
    int at = 0;
    while (waiting[at] != thread) {
      at++;
    }
    System.arraycopy(waiting, at + 1, waiting, at, waiters - at - 1);
    waiters--;
    waiting[waiters] = null;
  }

  boolean isFree() {
    return holder.get() == null;
  }

  boolean isMine() {
    return holder.get() == Thread.currentThread();
  }

  boolean isHeldBy(Thread thread) {
    return holder.get() == thread;
  }

  boolean isClaimed() {
    return claims.get() > 0;
  }

  boolean isWaitedFor() {
    return waiters > 0;
  }

  /** How often it was taken; more since the last look means that it is in use. */
  int taken() {
    return taken;
  }
}
