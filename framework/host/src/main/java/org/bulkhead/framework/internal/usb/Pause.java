package org.bulkhead.framework.internal.usb;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.framework.internal.compartment.Incarnation;

/** A driver's wait for nothing but time, which its incarnation's end cuts short. */
final class Pause implements Incarnation.Part {

  private final LentDevice device;
  private final CountDownLatch over = new CountDownLatch(1);

  Pause(LentDevice device) {
    this.device = device;
  }

  void take(Duration howLong) throws UsbException {
    Incarnation incarnation = device.incarnation();
    incarnation.crossing();
    try {
      over.await(device.nanos(howLong), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      incarnation.check();
      Thread.currentThread().interrupt();
      throw device.failure(Kind.CANCELLED, "pause", "interrupted", 0);
    }
    incarnation.check();
  }

  @Override
  public void condemned() {
    over.countDown();
  }

  @Override
  public void awaitIdle(long untilNanos) {
    // The transport has no part in it.
  }

  @Override
  public void expire(long nowNanos) {
    // Its end is the wait's own.
  }

  @Override
  public void free() {
    // Nothing to give back.
  }
}
