package org.bulkhead.testkit.internal;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.framework.internal.compartment.DriverSource;

/** Where a bench's compartment gets its drivers from. */
public final class Source implements DriverSource {

  private final Supplier<? extends UsbDriver> drivers;
  private volatile boolean there = true;
  private final AtomicInteger out = new AtomicInteger();

  /** A source of drivers. */
  public Source(Supplier<? extends UsbDriver> drivers) {
    this.drivers = drivers;
  }

  @Override
  public String name() {
    return "bench";
  }

  @Override
  public boolean isThere() {
    return there;
  }

  /** Says whether the driver is there. */
  public void there(boolean now) {
    there = now;
  }

  @Override
  public UsbDriver obtain() {
    UsbDriver driver = Objects.requireNonNull(drivers.get(), "driver");
    out.incrementAndGet();
    return driver;
  }

  @Override
  public void release(UsbDriver driver) {
    out.decrementAndGet();
  }

  /** Whether each driver was given back, once. */
  public boolean allBack() {
    return out.get() == 0;
  }

  @Override
  public String toString() {
    return out.get() + " are out";
  }
}
