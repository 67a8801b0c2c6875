package org.bulkhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How soon faults are seen. Figures are printed; only ten times what is promised fails. */
@Timeout(120)
class DetectionTimeTest {

  private static final int HANGS = 20;
  private static final int EXCEPTIONS = 200;
  private static final Duration DEADLINE = Duration.ofMillis(300);

  /** In which the supervisor promises to have looked. */
  private static final Duration PERIOD = Duration.ofMillis(100);

  private static final int EXCESS = 10;

  private static DriverBench bench() {
    return DriverBench.of(Lab.DRIVER)
        .callDeadline(DEADLINE)
        .restarts(10 * EXCEPTIONS)
        .backoff(Duration.ZERO)
        .attach(Lab.device());
  }

  /** Prints a distribution; returns its greatest. */
  private static double worst(String what, long[] nanos) {
    Arrays.sort(nanos);
    double worst = nanos[nanos.length - 1] / 1e6;
    System.out.printf(
        "%s: p50 %.2f ms, p99 %.2f ms, worst %.2f ms of %d%n",
        what,
        nanos[nanos.length / 2] / 1e6,
        nanos[nanos.length * 99 / 100 - 1] / 1e6,
        worst,
        nanos.length);
    return worst;
  }

  @Test
  void hang_isSeenWithinItsDeadlineAndOnePeriod() throws Exception {
    long[] late = new long[HANGS];
    try (DriverBench bench = bench()) {
      Lab lab = bench.service(Lab.class);
      for (int i = 0; i < HANGS; i++) {
        late[i] = hang(lab) - DEADLINE.toNanos();
      }
      assertThat(bench.faults()).hasSize(HANGS).allMatch(fault -> fault.kind().equals("hang"));
    }
    assertThat(Arrays.stream(late).min().orElseThrow()).isNotNegative();
    assertThat(worst("hangs seen past their deadline", late))
        .isLessThan(EXCESS * PERIOD.toMillis());
  }

  /** Hangs once; returns how long the driver was let to. */
  private static long hang(Lab lab) throws Exception {
    AtomicLong hung = new AtomicLong();
    return lab.run(
        usb -> {
          if (hung.get() != 0) {
            return hung.get();
          }
          long begin = System.nanoTime();
          try {
            new CountDownLatch(1).await();
          } finally {
            hung.set(System.nanoTime() - begin);
          }
          throw new IllegalStateException("woken by nobody");
        });
  }

  @Test
  void exception_isSeenAtOnce() throws Exception {
    long[] nanos = new long[EXCEPTIONS];
    BlockingQueue<Long> seen = new LinkedBlockingQueue<>();
    try (DriverBench bench = bench().onFault(fault -> seen.add(System.nanoTime()))) {
      Lab lab = bench.service(Lab.class);
      for (int i = 0; i < EXCEPTIONS; i++) {
        long thrown = fail(lab);
        nanos[i] = seen.poll(1, TimeUnit.MINUTES) - thrown;
      }
      assertThat(bench.faults()).isNotEmpty().allMatch(fault -> fault.kind().equals("error"));
    }
    assertThat(worst("errors seen and told", nanos)).isLessThan(EXCESS * PERIOD.toMillis());
  }

  /** Throws once; returns when. */
  private static long fail(Lab lab) throws Exception {
    AtomicLong thrown = new AtomicLong();
    AtomicBoolean first = new AtomicBoolean(true);
    return lab.run(
        usb -> {
          if (first.getAndSet(false)) {
            thrown.set(System.nanoTime());
            throw new LinkageError("thrown by the test");
          }
          return thrown.get();
        });
  }
}
