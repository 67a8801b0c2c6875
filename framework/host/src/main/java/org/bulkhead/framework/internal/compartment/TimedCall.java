package org.bulkhead.framework.internal.compartment;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.bulkhead.framework.internal.weave.StopSwitch;

/**
 * Driver code that runs outside of any life's gate, and with a deadline all the same: its
 * deactivation, the start and the stop of its bundle. Thread-safe.
 */
public final class TimedCall {

  private static final long INTERRUPT_MILLIS = 5;
  private static final long STOP_MILLIS = 500;

  private final String what;
  private final Supplier<ClassLoader> loader;
  private final CountDownLatch done = new CountDownLatch(1);
  private Thread thread;
  private boolean overdue;
  private StopSwitch stop;

  /**
   * Nothing runs yet.
   *
   * @param what it is, for people
   * @param loader gives the class loader of its code, or null; asked only where it is to be ended,
   *     as a bundle that is yet to start may have none
   */
  public TimedCall(String what, Supplier<ClassLoader> loader) {
    this.what = what;
    this.loader = loader;
  }

  /** Runs it on this thread. */
  public void run(Runnable code) {
    begin();
    try {
      code.run();
    } catch (IncarnationEnded ended) {
      // By us.
    } finally {
      end();
    }
  }

  /** This thread is in it from now on. */
  public synchronized void begin() {
    thread = Thread.currentThread();
  }

  /** This thread has come out of it. */
  public synchronized void end() {
    if (stop != null) {
      stop.release(thread);
    }
    if (overdue) {
      Thread.interrupted();
    }
    thread = null;
    done.countDown();
  }

  /** Whether it had to be ended. */
  public synchronized boolean isOverdue() {
    return overdue;
  }

  /**
   * Waits for it, and ends it where it takes too long.
   *
   * @return false where it cannot be ended
   */
  public boolean within(Duration patience) throws InterruptedException {
    return done.await(patience.toNanos(), TimeUnit.NANOSECONDS) || ended();
  }

  /**
   * Ends it, whatever it takes.
   *
   * @return false where it cannot be ended
   */
  public boolean ended() throws InterruptedException {
    interrupt();
    if (done.await(INTERRUPT_MILLIS, TimeUnit.MILLISECONDS)) {
      return true;
    }
    condemn();
    return done.await(STOP_MILLIS, TimeUnit.MILLISECONDS);
  }

  private synchronized void interrupt() {
    if (done.getCount() > 0) {
      overdue = true;
    }
    if (thread != null) {
      thread.interrupt();
    }
  }

  private synchronized void condemn() {
    if (thread != null) {
      stop = StopSwitch.of(loader.get());
      stop.condemn(thread, new IncarnationEnded(what + " took too long"));
      thread.interrupt();
    }
  }
}
