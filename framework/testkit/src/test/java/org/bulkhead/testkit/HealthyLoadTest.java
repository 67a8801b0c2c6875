package org.bulkhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bulkhead.device.driver.UsbDriver.Attachment.NOTHING_TO_DO;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.transport.sim.SimFaults;
import org.junit.jupiter.api.Test;

/**
 * No fault is seen where none is, with the collector at work and every processor busy. For {@code
 * -Dhealthy.seconds=20}, or as many as are wanted; the defaults of supervision but for a deadline
 * as short as anybody would set.
 */
class HealthyLoadTest {

  private static final Duration LOAD = Duration.ofSeconds(Long.getLong("healthy.seconds", 20));
  private static final Object[] GARBAGE = new Object[4096];

  private final AtomicReference<Throwable> failure = new AtomicReference<>();
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
  void healthyLoad_hasNoFaults() throws Exception {
    UsbDriver driver =
        context -> {
          var device = context.device();
          context.publish(
              Lab.class,
              "0",
              new Lab() {
                @Override
                public <T> T run(Task<T> task) throws Exception {
                  return task.run(device);
                }
              },
              Map.of());
          return NOTHING_TO_DO;
        };
    List<Thread> threads = new ArrayList<>();
    long calls;
    try (DriverBench bench =
        DriverBench.of(driver).callDeadline(Duration.ofSeconds(5)).attach(Lab.device())) {
      Lab lab = bench.service(Lab.class);
      bench.wire().latency(Duration.ofMillis(1));
      for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
        threads.add(load("busy-" + i, HealthyLoadTest::makeGarbage));
      }
      for (int i = 0; i < 3; i++) {
        // Several wait at the gate at any time.
        threads.add(
            load(
                "caller-" + i,
                () ->
                    lab.run(
                        usb -> {
                          var out = usb.claim(0).endpoint(Lab.BULK_OUT);
                          out.write(ByteBuffer.allocate(512), Duration.ofSeconds(5));
                          return null;
                        })));
      }
      threads.add(
          load(
              "errors",
              () -> {
                bench.wire().add(SimFaults.Fault.ERROR, Lab.BULK_OUT, 0, 1);
                try {
                  lab.run(
                      usb ->
                          usb.claim(0)
                              .endpoint(Lab.BULK_OUT)
                              .write(ByteBuffer.allocate(1), Duration.ofSeconds(5)));
                } catch (UsbException now) {
                  // And then, as on any bus; or one of the callers has it.
                }
                java.util.concurrent.locks.LockSupport.parkNanos(50_000_000L);
              }));
      for (Thread thread : threads) {
        thread.join();
      }
      if (!(failure.get() instanceof UsbException)) {
        assertThat(failure.get()).isNull();
      }
      assertThat(bench.faults()).isEmpty();
      assertThat(bench.info().incarnation()).isEqualTo(1);
      calls = bench.info().calls();
    }
    System.out.println("healthy load: " + calls + " calls in " + LOAD + " without a fault");
    assertThat(calls).isPositive();
  }

  private static void makeGarbage() {
    for (int i = 0; i < 10_000; i++) {
      GARBAGE[i % GARBAGE.length] = new byte[1024 + i % 8192];
    }
  }
}
