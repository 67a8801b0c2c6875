package org.bulkhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bulkhead.device.driver.UsbDriver.Attachment.NOTHING_TO_DO;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.bulkhead.device.contract.DeviceSession;
import org.bulkhead.device.contract.Moved;
import org.bulkhead.device.contract.Once;
import org.bulkhead.device.contract.OrNull;
import org.bulkhead.device.contract.OutcomeUnknownException;
import org.bulkhead.device.contract.Replay;
import org.bulkhead.device.contract.Whole;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.device.usb.Endpoint;
import org.bulkhead.device.usb.Transfer;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.framework.admin.FaultInfo;
import org.bulkhead.testkit.internal.Await;
import org.bulkhead.transport.sim.SimFaults;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each class of fault that is seen from outside of the driver, by its name. */
@Timeout(60)
class DetectionTest {

  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(500);
  private static final Duration WINDOW = Duration.ofSeconds(2);
  private static final byte[][] SINK = new byte[1][];

  /** Runs something in the first life and looks what it was called. */
  private static String kindOf(BenchOptions options, Lab.Task<?> firstLife) throws Exception {
    return faultOf(options, firstLife).kind();
  }

  private static FaultInfo faultOf(BenchOptions options, Lab.Task<?> firstLife) throws Exception {
    try (DriverBench bench = options.attach(Lab.device())) {
      Lab lab = bench.service(Lab.class);
      int life =
          lab.run(
              usb -> {
                int now = bench.info().incarnation();
                if (now == 1) {
                  firstLife.run(usb);
                }
                return now;
              });
      assertThat(life).isEqualTo(2);
      assertThat(bench.faults()).hasSize(1);
      assertThat(Thread.interrupted()).isFalse();
      FaultInfo fault = bench.faults().get(0);
      Path report = Path.of(fault.report(), "report.txt");
      Await.until(() -> fault.report().isEmpty() || Files.exists(report), () -> "the report");
      return fault;
    }
  }

  private static BenchOptions deadline(Duration call) {
    return DriverBench.of(Lab.DRIVER).callDeadline(call);
  }

  @Test
  void wait_isAHang() throws Exception {
    assertThat(
            kindOf(
                deadline(SHORT),
                usb -> {
                  new CountDownLatch(1).await();
                  return null;
                }))
        .isEqualTo("hang");
  }

  @Test
  void loopThatAnInterruptEnds_isALoop() throws Exception {
    assertThat(
            kindOf(
                deadline(SHORT),
                usb -> {
                  while (!Thread.currentThread().isInterrupted()) {
                    Thread.onSpinWait();
                  }
                  return null;
                }))
        .isEqualTo("loop");
  }

  @Test
  void waitThatSwallowsItsInterrupt_isAnIgnoredInterrupt() throws Exception {
    assertThat(
            kindOf(
                deadline(SHORT),
                usb -> {
                  for (int interrupts = 0; interrupts < 4; ) {
                    try {
                      new CountDownLatch(1).await();
                    } catch (InterruptedException swallowed) {
                      interrupts++;
                    }
                  }
                  return null;
                }))
        .isEqualTo("ignored-interrupt");
  }

  @Test
  void deadlock_isSeenLongBeforeTheDeadline_andItsLocksAndOwnersAreNamed(@TempDir Path temp)
      throws Exception {
    Lock one = new ReentrantLock();
    Lock other = new ReentrantLock();
    CountDownLatch bothHeld = new CountDownLatch(2);
    Thread rival =
        new Thread(
            () -> {
              other.lock();
              bothHeld.countDown();
              try {
                bothHeld.await();
                one.lockInterruptibly();
                one.unlock();
              } catch (InterruptedException over) {
                // The test is over.
              } finally {
                other.unlock();
              }
            },
            "rival");
    rival.start();
    long begin = System.nanoTime();
    FaultInfo fault =
        faultOf(
            deadline(LONG).crashes(temp),
            usb -> {
              one.lock();
              try {
                bothHeld.countDown();
                bothHeld.await();
                other.lockInterruptibly();
                other.unlock();
              } finally {
                one.unlock();
              }
              return null;
            });
    assertThat(fault.kind()).isEqualTo("deadlock");
    String lock = ReentrantLock.class.getName() + "[^ ]*";
    String me = Thread.currentThread().getName();
    assertThat(fault.message())
        .matches(
            "waits for "
                + lock
                + " held by \"rival\", which waits for "
                + lock
                + " held by \""
                + me
                + "\"");
    assertThat(Path.of(fault.report(), "report.txt"))
        .content()
        .contains(fault.message())
        .containsPattern("\"" + me + "\" WAITING on " + lock + " held by \"rival\"");
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(LONG);
    rival.join();
  }

  @Test
  void longWaitForALockThatComesFree_isNoFault() throws Exception {
    Lock lock = new ReentrantLock();
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch wanted = new CountDownLatch(1);
    Thread holder =
        new Thread(
            () -> {
              lock.lock();
              held.countDown();
              try {
                wanted.await();
                java.util.concurrent.locks.LockSupport.parkNanos(700_000_000L);
              } catch (InterruptedException over) {
                Thread.currentThread().interrupt();
              } finally {
                lock.unlock();
              }
            });
    holder.start();
    held.await();
    try (DriverBench bench = deadline(LONG).attach(Lab.device())) {
      bench
          .service(Lab.class)
          .run(
              usb -> {
                wanted.countDown();
                lock.lock();
                lock.unlock();
                return null;
              });
      assertThat(bench.faults()).isEmpty();
    }
    holder.join();
  }

  @Test
  void callThatAllocatesWithoutEnd_isEndedByItsBudget() throws Exception {
    assertThat(
            kindOf(
                deadline(LONG).budget(64L << 20, Duration.ZERO, 0),
                usb -> {
                  List<Integer> kept = new ArrayList<>();
                  while (!Thread.currentThread().isInterrupted()) {
                    SINK[0] = new byte[1 << 16];
                    kept.add(SINK[0].length);
                    if (kept.size() > 1000) {
                      kept.clear();
                    }
                  }
                  return null;
                }))
        .isEqualTo("allocation");
  }

  @Test
  void callThatTakesTheProcessor_isEndedByItsBudget_whateverItsProgress() throws Exception {
    assertThat(
            kindOf(
                deadline(LONG).budget(0, Duration.ofMillis(300), 0),
                usb -> {
                  while (!Thread.currentThread().isInterrupted()) {
                    Thread.onSpinWait();
                  }
                  return null;
                }))
        .isEqualTo("cpu");
  }

  /** Each of them is over before anybody looks twice. */
  private static String kindOfCompletions(BenchOptions options, Runnable each) throws Exception {
    try (DriverBench bench = options.attach(Lab.device())) {
      bench
          .service(Lab.class)
          .run(
              usb -> {
                Endpoint out = usb.claim(0).endpoint(Lab.BULK_OUT);
                Transfer first =
                    out.allocate(
                        64,
                        transfer -> {
                          each.run();
                          out.submit(transfer, null);
                        });
                out.submit(first, null);
                return null;
              });
      bench.awaitLife(2);
      assertThat(bench.faults()).hasSize(1);
      assertThat(bench.faults().get(0).message()).contains("within 2 s");
      return bench.faults().get(0).kind();
    }
  }

  @Test
  void completionsWithoutEnd_areEndedByTheBudgetOfProcessorTime_howeverShortEachIs()
      throws Exception {
    assertThat(
            kindOfCompletions(
                deadline(LONG).budget(0, Duration.ZERO, 0).sustained(WINDOW, 20, 0),
                () -> {
                  long until = System.nanoTime() + Duration.ofMillis(80).toNanos();
                  while (System.nanoTime() - until < 0) {
                    Thread.onSpinWait();
                  }
                }))
        .isEqualTo("cpu");
  }

  @Test
  void completionsWithoutEnd_areEndedByTheBudgetOfMemory_howeverLittleEachTakes() throws Exception {
    assertThat(
            kindOfCompletions(
                deadline(LONG).budget(0, Duration.ZERO, 0).sustained(WINDOW, 0, 16 << 20),
                () -> SINK[0] = new byte[1 << 16]))
        .isEqualTo("allocation");
  }

  @Test
  void manyShortCalls_areLoad_whateverProcessorTimeTheyTake() throws Exception {
    try (DriverBench bench =
        deadline(LONG)
            .budget(0, Duration.ZERO, 0)
            .sustained(Duration.ofMillis(500), 1, 0)
            .attach(Lab.device())) {
      Lab lab = bench.service(Lab.class);
      long until = System.nanoTime() + Duration.ofSeconds(2).toNanos();
      while (System.nanoTime() - until < 0) {
        lab.run(usb -> SINK[0] = new byte[1 << 10]);
      }
      assertThat(bench.faults()).isEmpty();
    }
  }

  @Test
  void whatAnApplicationsThreadDidBefore_isNotTheDrivers() throws Exception {
    try (DriverBench bench =
        deadline(LONG).budget(32L << 20, Duration.ofMillis(500), 0).attach(Lab.device())) {
      Lab lab = bench.service(Lab.class);
      for (int round = 0; round < 20; round++) {
        // Much more than the budget, and all of it outside.
        for (int i = 0; i < 64; i++) {
          SINK[0] = new byte[1 << 20];
        }
        lab.run(
            usb -> {
              java.util.concurrent.locks.LockSupport.parkNanos(30_000_000L);
              return SINK[0].length;
            });
      }
      assertThat(bench.faults()).isEmpty();
    }
  }

  @Test
  void stormOfFailedTransfers_isAFault_butAFewAreNot() throws Exception {
    try (DriverBench bench = deadline(LONG).budget(0, Duration.ZERO, 50).attach(Lab.device())) {
      Lab lab = bench.service(Lab.class);
      AtomicInteger failures = new AtomicInteger();
      bench.wire().add(SimFaults.Fault.ERROR, Lab.BULK_OUT, 0, 1_000_000);
      lab.run(
          usb -> {
            var out = usb.claim(0).endpoint(Lab.BULK_OUT);
            for (int i = 0; i < 10; i++) {
              assertThatThrownBy(() -> out.write(ByteBuffer.allocate(1), LONG))
                  .isInstanceOf(UsbException.class);
            }
            return null;
          });
      bench.await("two seconds of calm", new Calm());
      assertThat(bench.faults()).isEmpty();
      int life =
          lab.run(
              usb -> {
                int now = bench.info().incarnation();
                var out = usb.claim(0).endpoint(Lab.BULK_OUT);
                while (now == 1) {
                  try {
                    out.write(ByteBuffer.allocate(1), LONG);
                  } catch (UsbException again) {
                    failures.incrementAndGet();
                  }
                }
                return now;
              });
      assertThat(life).isEqualTo(2);
      assertThat(bench.faults().get(0).kind()).isEqualTo("io-errors");
      assertThat(failures.get()).isGreaterThan(50);
    }
  }

  /** True two seconds after it was first asked. */
  private static final class Calm
      implements java.util.function.Predicate<org.bulkhead.framework.admin.CompartmentInfo> {
    private final long until = System.nanoTime() + 2_000_000_000L;

    @Override
    public boolean test(org.bulkhead.framework.admin.CompartmentInfo info) {
      return System.nanoTime() - until > 0;
    }
  }

  @Test
  void complaintOfAnApplication_endsTheIncarnation() throws Exception {
    try (DriverBench bench = DriverBench.attach(Lab.DRIVER, Lab.device())) {
      Lab lab = bench.service(Lab.class);
      bench.awaitLife(1);
      DeviceSession.of(lab).complain("block 7 has changed by itself");
      bench.awaitLife(2);
      assertThat(bench.faults())
          .singleElement()
          .matches(f -> f.kind().equals("complaint") && f.message().startsWith("block 7"));
    }
  }

  // ---- results -------------------------------------------------------------------------------

  /** A service with all that a contract may say of results. */
  public interface Results {

    /** Fills a buffer. */
    @Replay
    void fill(@Whole ByteBuffer buffer) throws IOException;

    /** Takes some of a buffer. */
    @Once
    @Moved
    int take(ByteBuffer buffer) throws IOException;

    /** Says something. */
    @Replay
    String name() throws IOException;

    /** Says something, or not. */
    @Replay
    @OrNull
    String nickname() throws IOException;
  }

  private static UsbDriver results(String wrong) {
    return context -> {
      boolean first = context.incarnation() == 1;
      context.publish(
          Results.class,
          "0",
          new Results() {
            @Override
            public void fill(ByteBuffer buffer) {
              int missing = first && wrong.equals("short") ? 1 : 0;
              if (first && wrong.equals("limit")) {
                buffer.limit(buffer.limit() - 1);
              }
              while (buffer.remaining() > missing) {
                buffer.put((byte) context.incarnation());
              }
            }

            @Override
            public int take(ByteBuffer buffer) {
              buffer.position(buffer.position() + 3);
              return first && wrong.equals("count") ? 4 : 3;
            }

            @Override
            public String name() {
              return first && wrong.equals("null") ? null : "name";
            }

            @Override
            public String nickname() {
              return null;
            }
          },
          Map.of());
      return NOTHING_TO_DO;
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"short", "limit"})
  void bufferLeftWrong_isABreach_andTheCallReplayed(String wrong) throws Exception {
    try (DriverBench bench = DriverBench.attach(results(wrong), Lab.device())) {
      ByteBuffer buffer = ByteBuffer.allocate(16).position(4).limit(12);
      bench.service(Results.class).fill(buffer);
      assertThat(buffer.position()).isEqualTo(12);
      assertThat(buffer.limit()).isEqualTo(12);
      assertThat(buffer.get(4)).isEqualTo((byte) 2);
      assertThat(bench.faults())
          .singleElement()
          .matches(f -> f.kind().equals("contract") && f.message().contains("fill left"));
    }
  }

  @Test
  void nullWhereNoneMayBe_isABreach_andWhereItMay_itIsNot() throws Exception {
    try (DriverBench bench = DriverBench.attach(results("null"), Lab.device())) {
      assertThat(bench.service(Results.class).nickname()).isNull();
      assertThat(bench.faults()).isEmpty();
      assertThat(bench.service(Results.class).name()).isEqualTo("name");
      assertThat(bench.faults()).singleElement().matches(f -> f.kind().equals("contract"));
    }
  }

  @Test
  void wrongCount_ofACallThatIsDoneOnce_hasAnUnknownOutcome() throws Exception {
    try (DriverBench bench = DriverBench.attach(results("count"), Lab.device())) {
      assertThatThrownBy(() -> bench.service(Results.class).take(ByteBuffer.allocate(8)))
          .isInstanceOf(OutcomeUnknownException.class);
      bench.awaitLife(2);
      assertThat(bench.service(Results.class).take(ByteBuffer.allocate(8))).isEqualTo(3);
      assertThat(bench.faults())
          .singleElement()
          .matches(f -> f.message().contains("take returned 4 but moved 3 bytes"));
    }
  }
}
