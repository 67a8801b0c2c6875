package org.bulkhead.framework.internal.compartment;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.framework.internal.weave.StopSwitch;

/** Gives a driver back, which runs its deactivation: after its life, and outside of its gate. */
final class GivingBack implements Runnable {

  private static final long INTERRUPT_MILLIS = 5;
  private static final long STOP_MILLIS = 500;

  private final DriverSource source;
  private final UsbDriver driver;
  private final StopSwitch stop;
  private final CountDownLatch done = new CountDownLatch(1);
  private Thread thread;

  GivingBack(DriverSource source, UsbDriver driver) {
    this.source = source;
    this.driver = driver;
    this.stop = StopSwitch.of(driver.getClass().getClassLoader());
  }

  @Override
  public void run() {
    enter(Thread.currentThread());
    try {
      source.release(driver);
    } catch (IncarnationEnded ended) {
      // By us.
    } finally {
      enter(null);
      stop.release(Thread.currentThread());
      Thread.interrupted();
      done.countDown();
    }
  }

  private synchronized void enter(Thread inside) {
    thread = inside;
  }

  /**
   * Waits for it, and ends it where it takes too long.
   *
   * @return false where it cannot be ended
   */
  boolean within(Duration patience) throws InterruptedException {
    if (done.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
      return true;
    }
    synchronized (this) {
      if (thread != null) {
        thread.interrupt();
      }
    }
    if (done.await(INTERRUPT_MILLIS, TimeUnit.MILLISECONDS)) {
      return true;
    }
    synchronized (this) {
      if (thread != null) {
        stop.condemn(thread, new IncarnationEnded("the deactivation of a driver took too long"));
        thread.interrupt();
      }
    }
    return done.await(STOP_MILLIS, TimeUnit.MILLISECONDS);
  }
}
