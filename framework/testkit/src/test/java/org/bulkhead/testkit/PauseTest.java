package org.bulkhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bulkhead.device.driver.UsbDriver.Attachment.NOTHING_TO_DO;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.bulkhead.device.driver.DriverContext;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.framework.admin.FaultInfo;
import org.bulkhead.testkit.internal.Await;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A driver's waits for nothing but time. */
@Timeout(60)
class PauseTest {

  private static final Duration DAY = Duration.ofDays(1);

  /** The first life pauses for a day in attach; what ends that life ends the pause. */
  private static void assertEndedBy(Consumer<DriverBench> end) throws Exception {
    CompletableFuture<Void> begun = new CompletableFuture<>();
    List<Throwable> ends = new CopyOnWriteArrayList<>();
    UsbDriver sleeper =
        context -> {
          if (context.incarnation() == 1) {
            begun.complete(null);
            try {
              context.pause(DAY);
            } catch (Exception | Error e) {
              ends.add(e);
              throw e;
            }
          }
          return NOTHING_TO_DO;
        };
    try (DriverBench bench = DriverBench.attach(sleeper, Lab.device())) {
      begun.get(10, TimeUnit.SECONDS);
      end.accept(bench);
      bench.awaitLife(2);
      assertThat(ends).singleElement().isInstanceOf(Error.class);
      assertThat(bench.faults()).isEmpty();
    }
  }

  @Test
  void pause_endsWithItsIncarnation() throws Exception {
    assertEndedBy(DriverBench::restart);
  }

  @Test
  void pause_endsWithTheDevice() throws Exception {
    assertEndedBy(bench -> bench.unplug().replug());
  }

  @Test
  void pauseOnAThreadThatIsNotInterrupted_endsToo() throws Exception {
    CompletableFuture<DriverContext> given = new CompletableFuture<>();
    UsbDriver driver =
        context -> {
          given.complete(context);
          return NOTHING_TO_DO;
        };
    try (DriverBench bench = DriverBench.attach(driver, Lab.device())) {
      DriverContext first = given.get(10, TimeUnit.SECONDS);
      CompletableFuture<Throwable> end = new CompletableFuture<>();
      Thread other =
          new Thread(
              () -> {
                try {
                  first.pause(DAY);
                } catch (Exception | Error e) {
                  end.complete(e);
                }
              });
      other.start();
      bench.awaitLife(1);
      Await.until(() -> other.getState() == Thread.State.TIMED_WAITING, () -> "a pause: " + bench);
      bench.restart().awaitLife(2);
      assertThat(end.get(10, TimeUnit.SECONDS)).isInstanceOf(Error.class);
    }
  }

  /** A driver whose service pauses a day per call. */
  private static UsbDriver dozer() {
    return context -> {
      context.publish(Lab.class, "0", new Dozing(context), Map.of());
      return NOTHING_TO_DO;
    };
  }

  private record Dozing(DriverContext context) implements Lab {

    @Override
    public <T> T run(Task<T> task) throws Exception {
      context.pause(DAY);
      return null;
    }
  }

  @Test
  void pause_isNoProgress() throws Exception {
    try (DriverBench bench =
        DriverBench.of(dozer()).callDeadline(Duration.ofMillis(200)).attach(Lab.device())) {
      Lab lab = bench.service(Lab.class);
      CompletableFuture<?> call = CompletableFuture.runAsync(() -> callOf(lab));
      bench.awaitLife(2);
      assertThat(bench.faults()).extracting(FaultInfo::kind).containsOnly("hang");
      bench.stopDriver();
      call.cancel(true);
    }
  }

  private static void callOf(Lab lab) {
    try {
      lab.run(usb -> null);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void pause_takesItsTime_andNoneForNone() throws Exception {
    CompletableFuture<Long> taken = new CompletableFuture<>();
    UsbDriver driver =
        context -> {
          context.pause(Duration.ofSeconds(-1));
          context.pause(Duration.ZERO);
          long begin = System.nanoTime();
          context.pause(Duration.ofMillis(20));
          taken.complete(System.nanoTime() - begin);
          return NOTHING_TO_DO;
        };
    try (DriverBench bench = DriverBench.attach(driver, Lab.device())) {
      assertThat(taken.get(10, TimeUnit.SECONDS)).isGreaterThanOrEqualTo(20_000_000L);
      bench.awaitLife(1);
      assertThat(bench.faults()).isEmpty();
    }
  }

  @Test
  void interrupt_endsThePause_andIsKept() throws Exception {
    CompletableFuture<Kind> kind = new CompletableFuture<>();
    CompletableFuture<Boolean> kept = new CompletableFuture<>();
    UsbDriver driver =
        context -> {
          Thread.currentThread().interrupt();
          try {
            context.pause(DAY);
          } catch (UsbException e) {
            kind.complete(e.kind());
            kept.complete(Thread.interrupted());
          }
          return NOTHING_TO_DO;
        };
    try (DriverBench bench = DriverBench.attach(driver, Lab.device())) {
      assertThat(kind.get(10, TimeUnit.SECONDS)).isEqualTo(Kind.CANCELLED);
      assertThat(kept.get(10, TimeUnit.SECONDS)).isTrue();
      bench.awaitLife(1);
      assertThat(bench.faults()).isEmpty();
    }
  }
}
