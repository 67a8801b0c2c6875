package org.bulkhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bulkhead.device.driver.UsbDriver.Attachment.NOTHING_TO_DO;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.bulkhead.device.driver.DriverContext;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.FaultInfo;
import org.bulkhead.framework.admin.InjectedFault;
import org.bulkhead.testkit.internal.Await;
import org.bulkhead.transport.sim.SimPort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Drivers that do what no driver should. */
class SupervisionTest {

  private static final Duration SOON = Duration.ofMillis(300);

  /** Throws from whatever is asked of it. */
  private static final class Hostile extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String toString() {
      throw this;
    }

    @Override
    public String getMessage() {
      throw this;
    }
  }

  /** A chain of causes without an end. */
  private static final class Endless extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public synchronized Throwable getCause() {
      return new Endless();
    }
  }

  private static final class Death extends Error {
    private static final long serialVersionUID = 1L;
  }

  static Stream<Throwable> anything() {
    RuntimeException one = new RuntimeException("one");
    RuntimeException other = new RuntimeException("other", one);
    one.initCause(other);
    return Stream.of(
        new IllegalStateException("a fault"),
        new Hostile(),
        new Endless(),
        new Death(),
        new LinkageError("missing"),
        new OutOfMemoryError("not really"),
        one,
        new RuntimeException("x".repeat(100_000)),
        new RuntimeException((String) null));
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneak(Throwable thrown) throws T {
    throw (T) thrown;
  }

  @ParameterizedTest
  @MethodSource("anything")
  void whateverACallThrows_endsTheIncarnation_andTheNextOneServes(Throwable thrown)
      throws Exception {
    UsbDriver driver =
        context -> {
          context.publish(
              Thrower.class,
              "0",
              () -> {
                if (context.incarnation() == 1) {
                  SupervisionTest.<RuntimeException>sneak(thrown);
                }
                return context.incarnation();
              },
              Map.of());
          return NOTHING_TO_DO;
        };
    try (DriverBench bench = DriverBench.attach(driver, Lab.device())) {
      assertThat(bench.service(Thrower.class).call()).isEqualTo(2);
      assertThat(bench.faults()).hasSize(1);
      assertThat(bench.faults().get(0).kind())
          .isEqualTo(thrown instanceof Error ? "error" : "exception");
      assertThat(bench.faults().get(0).message()).hasSizeLessThan(1000);
      assertThat(bench.faults().get(0).trace()).hasSizeLessThan(20_000);
    }
  }

  /** A service whose call may throw what it likes. */
  public interface Thrower {
    @org.bulkhead.device.contract.Replay
    int call() throws java.io.IOException;
  }

  @ParameterizedTest
  @MethodSource("anything")
  void whateverAttachThrows_isAFault_andTriedAgain(Throwable thrown) {
    UsbDriver driver =
        context -> {
          if (context.incarnation() == 1) {
            SupervisionTest.<RuntimeException>sneak(thrown);
          }
          return NOTHING_TO_DO;
        };
    try (DriverBench bench = DriverBench.attach(driver, Lab.device())) {
      bench.awaitLife(2);
      assertThat(bench.faults()).hasSize(1);
      assertThat(bench.faults().get(0).kind())
          .isEqualTo(thrown instanceof Error ? "error" : "attach");
    }
  }

  @ParameterizedTest
  @MethodSource("anything")
  void whateverDetachThrows_theIncarnationEnds(Throwable thrown) {
    UsbDriver driver =
        context ->
            () -> {
              if (context.incarnation() == 1) {
                SupervisionTest.<RuntimeException>sneak(thrown);
              }
            };
    try (DriverBench bench = DriverBench.attach(driver, Lab.device())) {
      bench.awaitLife(1).restart().awaitLife(2);
    }
  }

  @ParameterizedTest
  @MethodSource("anything")
  void whateverAHandlerThrows_isAFault(Throwable thrown) throws Exception {
    try (DriverBench bench = DriverBench.attach(Lab.DRIVER, Lab.device())) {
      bench
          .service(Lab.class)
          .run(
              usb -> {
                var in = usb.claim(0).endpoint(Lab.BULK_IN);
                in.submit(
                    in.allocate(64, transfer -> SupervisionTest.<RuntimeException>sneak(thrown)),
                    null);
                in.cancelAll();
                return null;
              });
      bench.awaitLife(2);
      assertThat(bench.faults()).hasSize(1);
      assertThat(bench.faults().get(0).kind())
          .isEqualTo(thrown instanceof Error ? "error" : "exception");
    }
  }

  @Test
  void stackOverflow_isAFaultLikeAnyOther() throws Exception {
    AtomicInteger depth = new AtomicInteger();
    UsbDriver driver =
        context -> {
          context.publish(
              Thrower.class,
              "0",
              new Thrower() {
                @Override
                public int call() {
                  depth.incrementAndGet();
                  return context.incarnation() == 1 ? call() + 1 : 0;
                }
              },
              Map.of());
          return NOTHING_TO_DO;
        };
    try (DriverBench bench = DriverBench.attach(driver, Lab.device())) {
      assertThat(bench.service(Thrower.class).call()).isZero();
      assertThat(depth.get()).isGreaterThan(100);
      assertThat(bench.faults().get(0).kind()).isEqualTo("error");
    }
  }

  @ParameterizedTest
  @EnumSource(InjectedFault.class)
  void plantedFault_isRecordedAndSurvived(InjectedFault fault) throws Exception {
    try (DriverBench bench =
        DriverBench.of(Lab.DRIVER).callDeadline(Duration.ofSeconds(1)).attach(Lab.device())) {
      Lab lab = bench.service(Lab.class);
      UsbDriver.Attachment touch = () -> {};
      touch.detach();
      bench.plant(fault);
      AtomicReference<Throwable> seen = new AtomicReference<>();
      try {
        lab.run(usb -> usb.claim(0));
      } catch (IllegalStateException declared) {
        // The lab's contract names every Exception.
        seen.set(declared);
      }
      assertThat(seen.get() == null).isEqualTo(fault != InjectedFault.THROW);
      if (fault != InjectedFault.THROW) {
        bench.awaitLife(2);
        assertThat(bench.faults()).hasSize(1);
        assertThat(bench.faults().get(0).kind()).isEqualTo(fault.name().toLowerCase(Locale.ROOT));
      }
    }
  }

  @Test
  void plantedFault_breaksOutInTheNextLife_whereThereIsNone_andIsCalledOffByAnyOtherEnd()
      throws Exception {
    try (DriverBench bench = DriverBench.attach(Lab.DRIVER, Lab.device())) {
      Lab lab = bench.service(Lab.class);
      bench.plant(InjectedFault.ERROR).stopDriver().startDriver().awaitLife(2);
      lab.run(usb -> usb.claim(0));
      bench.plant(InjectedFault.ERROR).unplug().replug().awaitLife(3);
      lab.run(usb -> usb.claim(0));
      assertThat(bench.faults()).isEmpty();

      bench.stopDriver().plant(InjectedFault.ERROR).startDriver();

      lab.run(usb -> usb.claim(0));
      assertThat(bench.faults()).hasSize(1);
      assertThat(bench.faults().get(0).kind()).isEqualTo("error");
    }
  }

  // ---- hanging -------------------------------------------------------------------------------

  @Test
  void hang_isEnded_andTheCallSentAgain() throws Exception {
    try (DriverBench bench = DriverBench.of(Lab.DRIVER).callDeadline(SOON).attach(Lab.device())) {
      Lab lab = bench.service(Lab.class);
      int life =
          lab.run(
              usb -> {
                if (bench.info().incarnation() == 1) {
                  new CountDownLatch(1).await();
                }
                return bench.info().incarnation();
              });
      assertThat(life).isEqualTo(2);
      assertThat(bench.faults().get(0).kind()).isEqualTo("hang");
      assertThat(bench.faults().get(0).trace()).contains("CountDownLatch.await");
      assertThat(Thread.interrupted()).isFalse();
    }
  }

  @Test
  void callersAtTheGate_doNotWaitForAThreadThatNeverComesOut() throws Exception {
    AtomicBoolean comeOut = new AtomicBoolean();
    DriverBench bench =
        DriverBench.of(Lab.DRIVER)
            .callDeadline(SOON)
            .endDeadline(Duration.ofMillis(100))
            .attach(Lab.device());
    try {
      Lab lab = bench.service(Lab.class);
      CountDownLatch hangs = new CountDownLatch(1);
      Thread captured =
          new Thread(
              () -> {
                try {
                  lab.run(
                      usb -> {
                        if (bench.info().incarnation() == 1) {
                          hangs.countDown();
                          while (!comeOut.get()) {
                            Thread.onSpinWait();
                            Thread.yield();
                          }
                        }
                        return null;
                      });
                } catch (Exception unwanted) {
                  throw new AssertionError(unwanted);
                }
              });
      captured.start();
      hangs.await();
      List<Thread> callers = new ArrayList<>();
      AtomicInteger served = new AtomicInteger();
      for (int i = 0; i < 8; i++) {
        Thread caller =
            new Thread(
                () -> {
                  try {
                    lab.run(usb -> served.incrementAndGet());
                  } catch (Exception unwanted) {
                    throw new AssertionError(unwanted);
                  }
                });
        caller.start();
        callers.add(caller);
      }
      long start = System.nanoTime();
      for (Thread caller : callers) {
        caller.join();
      }
      assertThat(served).hasValue(8);
      assertThat(captured.isAlive()).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
      assertThat(bench.info().abandonedThreads()).isOne();
      comeOut.set(true);
      captured.join();
    } finally {
      comeOut.set(true);
      bench.close();
    }
  }

  @Test
  void hangInAttach_isAFault_andItsLateReturnIsIgnored() throws Exception {
    CountDownLatch comeOut = new CountDownLatch(1);
    UsbDriver driver =
        context -> {
          if (context.incarnation() == 1) {
            awaitWhatever(comeOut);
          }
          context.publish(Thrower.class, "0", context::incarnation, Map.of());
          return NOTHING_TO_DO;
        };
    try (DriverBench bench =
        DriverBench.of(driver)
            .callDeadline(SOON)
            .endDeadline(Duration.ofMillis(100))
            .attach(Lab.device())) {
      bench.awaitLife(2);
      comeOut.countDown();
      assertThat(bench.service(Thrower.class).call()).isEqualTo(2);
      assertThat(bench.info().abandonedThreads()).isOne();
    } finally {
      comeOut.countDown();
    }
  }

  @Test
  void hangInDetach_delaysNothingForLong_andIsReported(@TempDir Path temp) throws Exception {
    UsbDriver driver =
        context ->
            () -> {
              if (context.incarnation() == 1) {
                new CountDownLatch(1).await();
              }
            };
    try (DriverBench bench =
        DriverBench.of(driver)
            .endDeadline(Duration.ofMillis(200))
            .crashes(temp)
            .attach(Lab.device())) {
      bench.awaitLife(1).restart().awaitLife(2);
      assertThat(bench.log()).anyMatch(line -> line.contains("did not detach within 200 ms"));
      FaultInfo fault = bench.faults().get(0);
      assertThat(fault.kind()).isEqualTo("stop");
      Path report = Path.of(fault.report(), "report.txt");
      Await.until(() -> Files.exists(report), () -> "the report " + report);
      assertThat(report).content().contains("CountDownLatch.await", "ended all the same");
    }
  }

  private static void awaitWhatever(CountDownLatch latch) {
    boolean interrupted = false;
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException ignored) {
        interrupted = true;
      }
    }
    assertThat(interrupted).isTrue();
  }

  // ---- the context ---------------------------------------------------------------------------

  @Test
  void context_thatIsMisused_saysSo() throws Exception {
    AtomicReference<DriverContext> kept = new AtomicReference<>();
    List<Throwable> refused = new ArrayList<>();
    UsbDriver driver =
        context -> {
          Thrower service = () -> 1;
          context.publish(Thrower.class, "0", service, Map.of());
          refuse(refused, () -> context.publish(Thrower.class, "0", service, Map.of()));
          refuse(refused, () -> context.publish(Thrower.class, null, service, Map.of()));
          refuse(refused, () -> context.publish(Thrower.class, "1", null, Map.of()));
          refuse(refused, () -> context.publish(Runnable.class, "0", () -> {}, Map.of()));
          kept.set(context);
          return null;
        };
    try (DriverBench bench = DriverBench.attach(driver, Lab.device())) {
      bench.awaitLife(1);
      assertThat(refused)
          .hasSize(4)
          .allMatch(
              t -> t instanceof IllegalArgumentException || t instanceof NullPointerException);
      Thrower late = () -> 2;
      assertThatThrownBy(() -> kept.get().publish(Thrower.class, "1", late, Map.of()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("published after attach");
      DriverContext old = kept.get();
      bench.restart().awaitLife(2);
      assertThatThrownBy(() -> old.publish(Thrower.class, "1", late, Map.of()))
          .isInstanceOf(Error.class);
      old.fail(new RuntimeException("of a past life"));
      old.fail(null);
      assertThat(bench.service(Thrower.class).call()).isOne();
      assertThat(bench.info().incarnation()).isEqualTo(2);
    }
  }

  private static void refuse(List<Throwable> refused, Runnable call) {
    try {
      call.run();
    } catch (RuntimeException thrown) {
      refused.add(thrown);
    }
  }

  @Test
  void driverThatSaysItIsBroken_isRestarted() throws Exception {
    AtomicReference<DriverContext> kept = new AtomicReference<>();
    UsbDriver driver =
        context -> {
          kept.set(context);
          return null;
        };
    try (DriverBench bench = DriverBench.attach(driver, Lab.device())) {
      bench.awaitLife(1);
      kept.get().fail(null);
      bench.awaitLife(2);
      assertThat(bench.faults().get(0).kind()).isEqualTo("reported");
    }
  }

  @Test
  void deviceThatSaysItIsGone_butIsNotUnplugged_isAFault_andTriedAgain() throws Exception {
    try (DriverBench bench = DriverBench.attach(Lab.DRIVER, Lab.device())) {
      Lab lab = bench.service(Lab.class);
      int life =
          lab.run(
              usb -> {
                if (bench.info().incarnation() == 1) {
                  throw new UsbException(UsbException.Kind.DISCONNECTED, "no answer");
                }
                return bench.info().incarnation();
              });
      assertThat(life).isEqualTo(2);
      assertThat(bench.faults())
          .singleElement()
          .matches(f -> f.kind().equals("lost-device") && f.message().contains("does not answer"));
    }
  }

  @Test
  void driverThatInterruptsItsOwnThread_losesNoCompletion() throws Exception {
    try (DriverBench bench = DriverBench.attach(Lab.DRIVER, Lab.device())) {
      CountDownLatch seen = new CountDownLatch(2);
      Lab lab = bench.service(Lab.class);
      lab.run(
          usb -> {
            var in = usb.claim(0).endpoint(Lab.BULK_IN);
            for (int i = 0; i < 2; i++) {
              in.submit(
                  in.allocate(
                      64,
                      transfer -> {
                        seen.countDown();
                        Thread.currentThread().interrupt();
                      }),
                  null);
            }
            var out = usb.claim(0).endpoint(Lab.BULK_OUT);
            out.write(ByteBuffer.allocate(1), Duration.ofSeconds(5));
            return null;
          });
      // Held inside while the second completion comes, so that its handler has to wait.
      for (int i = 1; i >= 0; i--) {
        int left = i;
        lab.run(
            usb -> {
              if (left == 1) {
                usb.claim(0).endpoint(Lab.BULK_IN).cancelAll();
              }
              return null;
            });
      }
      seen.await();
      assertThat(bench.faults()).isEmpty();
    }
  }

  // ---- comings and goings --------------------------------------------------------------------

  @Test
  void unplugWhileAttachRuns_isNoFault_andTheReplugAttachesAgain() throws Exception {
    CountDownLatch attaching = new CountDownLatch(1);
    UsbDriver driver =
        context -> {
          if (context.incarnation() == 1) {
            var in = context.device().claim(0).endpoint(Lab.BULK_IN);
            attaching.countDown();
            in.read(ByteBuffer.allocate(64), Duration.ofSeconds(10));
          }
          return null;
        };
    try (DriverBench bench = DriverBench.attach(driver, Lab.device())) {
      attaching.await();
      bench.unplug();
      bench.replug().awaitLife(2);
      assertThat(bench.faults()).isEmpty();
    }
  }

  @Test
  void deviceThatLeavesAndReturnsAtOnce_endsUpServed() throws Exception {
    try (DriverBench bench = DriverBench.attach(Lab.DRIVER, Lab.device())) {
      Lab lab = bench.service(Lab.class);
      SimPort port = bench.port();
      for (int i = 0; i < 50; i++) {
        port.unplug();
        port.replug();
      }
      assertThat(lab.<Integer>run(usb -> usb.claim(0).descriptor().number())).isZero();
      Await.until(() -> bench.info().state() == CompartmentState.RUNNING, () -> bench.toString());
      assertThat(bench.faults()).isEmpty();
    }
  }

  @Test
  void driverThatIsStopped_keepsTheClaimForItsSuccessor_butNotForEver() throws Exception {
    try (DriverBench bench =
        DriverBench.of(Lab.DRIVER).updateWait(Duration.ofMillis(200)).attach(Lab.device())) {
      Lab lab = bench.service(Lab.class);
      lab.run(usb -> usb.claim(0));
      bench.stopDriver().startDriver().awaitLife(2);
      assertThat(lab.<Integer>run(usb -> usb.claim(0).descriptor().number())).isZero();
      bench.stopDriver();
      Await.until(() -> !bench.offers(Lab.class, "0"), () -> "the device to be let go");
      bench.startDriver().awaitLife(3);
      assertThat(lab.<Integer>run(usb -> usb.claim(0).descriptor().number())).isZero();
    }
  }

  @Test
  void driverThatIsStoppedInBackoff_staysStopped() throws Exception {
    AtomicReference<DriverContext> kept = new AtomicReference<>();
    UsbDriver driver =
        context -> {
          kept.set(context);
          return null;
        };
    try (DriverBench bench =
        DriverBench.of(driver).backoff(Duration.ofHours(1)).attach(Lab.device())) {
      bench.awaitLife(1);
      kept.get().fail(new RuntimeException("once"));
      bench.awaitState(CompartmentState.BACKOFF);
      bench.stopDriver();
      assertThat(bench.info().state()).isEqualTo(CompartmentState.STOPPED);
      bench.startDriver().awaitLife(2);
    }
  }

  @Test
  void callsThatWait_doNotEnterADriverThatHasDetached() throws Exception {
    AtomicInteger detached = new AtomicInteger();
    AtomicInteger late = new AtomicInteger();
    UsbDriver driver =
        context -> {
          int life = context.incarnation();
          context.publish(
              Thrower.class,
              "0",
              () -> {
                late.addAndGet(detached.get() >= life ? 1 : 0);
                return life;
              },
              Map.of());
          return () -> detached.set(life);
        };
    try (DriverBench bench = DriverBench.attach(driver, Lab.device())) {
      Thrower service = bench.service(Thrower.class);
      AtomicBoolean stop = new AtomicBoolean();
      List<Thread> callers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Thread caller =
            new Thread(
                () -> {
                  try {
                    while (!stop.get()) {
                      service.call();
                    }
                  } catch (java.io.IOException unwanted) {
                    throw new AssertionError(unwanted);
                  }
                });
        caller.start();
        callers.add(caller);
      }
      for (int life = 2; life <= 30; life++) {
        bench.restart().awaitLife(life);
      }
      stop.set(true);
      for (Thread caller : callers) {
        caller.join();
      }
      assertThat(late).hasValue(0);
    }
  }

  @Test
  void attachStorm_endsInQuarantine_andLeavesNothing() {
    AtomicInteger attached = new AtomicInteger();
    UsbDriver driver =
        context -> {
          attached.incrementAndGet();
          context.device().claim(0);
          throw new IllegalStateException("never");
        };
    try (DriverBench bench = DriverBench.of(driver).restarts(8).attach(Lab.device())) {
      bench.awaitState(CompartmentState.QUARANTINED);
      assertThat(attached).hasValue(9);
      assertThat(bench.info().faults()).isEqualTo(9);
      assertThat(bench.info().reason()).contains("never");
    }
  }
}
