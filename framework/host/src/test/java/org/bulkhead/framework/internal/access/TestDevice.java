package org.bulkhead.framework.internal.access;

import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.service.device.Device;

/** Counts how often it is told that it has no driver, and then does something. */
class TestDevice implements Device {

  final AtomicInteger orphaned = new AtomicInteger();
  private final Runnable then;

  TestDevice() {
    this(() -> {});
  }

  TestDevice(Runnable then) {
    this.then = then;
  }

  @Override
  public void noDriverFound() {
    orphaned.incrementAndGet();
    then.run();
  }

  /** A device without driver, as far as it has been told. */
  void awaitOrphaned() {
    Lab.eventually("noDriverFound", () -> orphaned.get() > 0);
  }
}
