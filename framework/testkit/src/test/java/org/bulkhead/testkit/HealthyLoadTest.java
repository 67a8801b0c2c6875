package org.bulkhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.transport.sim.SimFaults;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * No fault is seen where none is, with the collector at work and every processor busy. For {@code
 * -Dhealthy.seconds=20}, or as many as are wanted; with the defaults of supervision, but for what
 * is added up over a minute, which is looked at every two seconds.
 */
class HealthyLoadTest {

  private static final Duration LOAD = Duration.ofSeconds(Long.getLong("healthy.seconds", 20));
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int CALLERS = 3;
  private static final long ERROR_PAUSE_NANOS = 50_000_000;
  private static final Object[] GARBAGE = new Object[4096];

  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final AtomicLong errors = new AtomicLong();
  private final long until = System.nanoTime() + LOAD.toNanos();

  private boolean going() {
    return System.nanoTime() - until < 0 && failure.get() == null;
  }

  private Thread load(String name, Step step) {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (going()) {
                  step.run();
                }
              } catch (Throwable thrown) {
                failure.compareAndSet(null, thrown);
              }
            },
            name);
    thread.start();
    return thread;
  }

  private interface Step {
    void run() throws Exception;
  }

  @Test
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  void healthyLoad_hasNoFaults() throws Exception {
    List<Thread> threads = new ArrayList<>();
    long calls;
    try (DriverBench bench =
        DriverBench.of(Lab.DRIVER)
            .callDeadline(PATIENCE)
            .sustained(Duration.ofSeconds(2), 90, 2L << 30)
            .attach(Lab.device())) {
      Lab lab = bench.service(Lab.class);
      bench.wire().latency(Duration.ofMillis(1));
      for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
        threads.add(load("busy-" + i, HealthyLoadTest::makeGarbage));
      }
      for (int i = 0; i < CALLERS; i++) {
        // Several wait at the gate at any time.
        threads.add(load("caller-" + i, () -> write(lab, 512)));
      }
      threads.add(
          load(
              "errors",
              () -> {
                bench.wire().add(SimFaults.Fault.ERROR, Lab.BULK_OUT, 0, 1);
                write(lab, 1);
                LockSupport.parkNanos(ERROR_PAUSE_NANOS);
              }));
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(failure.get()).isNull();
      assertThat(System.nanoTime() - until).isNotNegative();
      assertThat(bench.faults()).isEmpty();
      assertThat(bench.info().incarnation()).isEqualTo(1);
      calls = bench.info().calls();
    }
    System.out.printf(
        "healthy load: %,d calls in %s, %d of them with an error of the bus, and no fault%n",
        calls, LOAD, errors.get());
    assertThat(calls).isGreaterThan(errors.get());
    assertThat(errors).hasPositiveValue();
  }

  /** One in a while meets an error of the bus, as on any bus. */
  private void write(Lab lab, int lengthBytes) throws Exception {
    try {
      lab.run(
          usb -> {
            usb.claim(0).endpoint(Lab.BULK_OUT).write(ByteBuffer.allocate(lengthBytes), PATIENCE);
            return null;
          });
    } catch (UsbException now) {
      assertThat(now.kind()).isEqualTo(UsbException.Kind.FAULT);
      errors.incrementAndGet();
    }
  }

  private static void makeGarbage() {
    for (int i = 0; i < 10_000; i++) {
      GARBAGE[i % GARBAGE.length] = new byte[1024 + i % 8192];
    }
  }
}
