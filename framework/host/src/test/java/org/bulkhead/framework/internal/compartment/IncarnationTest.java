package org.bulkhead.framework.internal.compartment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.bulkhead.framework.internal.weave.StopSwitch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IncarnationTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long HOUR = 3600 * SECOND;

  private final Drill drill = new Drill();
  private final Incarnation incarnation =
      new Incarnation(null, 1, Runnable::run, StopSwitch.of(null), Duration.ofSeconds(5), drill);

  private static long in(long nanos) {
    return System.nanoTime() + nanos;
  }

  /** Or a guard of a later test would take its caller for one of this incarnation's. */
  @AfterEach
  void comeOut() {
    while (incarnation.isRunBy(Thread.currentThread())) {
      incarnation.exit();
    }
  }

  @Test
  void gate_letsOneIn_andHimAgain() throws InterruptedException {
    assertThat(incarnation.enter(in(SECOND))).isTrue();
    assertThat(incarnation.enter(in(SECOND))).isTrue();
    AtomicReference<Boolean> other = new AtomicReference<>();
    Thread thread = new Thread(() -> other.set(incarnation.enter(in(1_000_000))));
    thread.start();
    thread.join();
    assertThat(other.get()).isFalse();
    incarnation.exit();
    incarnation.exit();
    assertThat(incarnation.overdue(in(100 * SECOND))).isNull();
  }

  @Test
  void waitingCaller_isNotOvertakenForEver_byOneWhoComesBackAtOnce() throws InterruptedException {
    // Who waits may well be faster; each time he is not, it goes on for long.
    for (int i = 0; i < 50; i++) {
      assertThat(overtakings()).isLessThanOrEqualTo(1);
    }
  }

  /** How often this thread, inside for 2 ms each time, gets in again before another who waits. */
  private int overtakings() throws InterruptedException {
    incarnation.enter(in(SECOND));
    AtomicBoolean entered = new AtomicBoolean();
    Thread waiting =
        new Thread(
            () -> {
              entered.set(incarnation.enter(in(100 * SECOND)));
              incarnation.exit();
            });
    waiting.start();
    while (waiting.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    int overtakings = -1;
    while (!entered.get() && overtakings < 100) {
      long until = in(2_000_000);
      while (System.nanoTime() - until < 0) {
        Thread.onSpinWait();
      }
      incarnation.exit();
      overtakings++;
      incarnation.enter(in(100 * SECOND));
    }
    incarnation.exit();
    waiting.join();
    return overtakings;
  }

  @Test
  void callersWhoWait_allGetIn_andOneWhoGivesUpHoldsUpNobody() throws InterruptedException {
    incarnation.enter(in(SECOND));
    AtomicInteger gaveUp = new AtomicInteger();
    AtomicInteger patient = new AtomicInteger();
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      boolean hurries = i % 2 == 0;
      Thread caller =
          new Thread(
              () -> {
                for (int n = 0; n < 100; n++) {
                  boolean entered = incarnation.enter(in(hurries ? 3_000_000 : 20 * SECOND));
                  if (entered) {
                    incarnation.exit();
                  }
                  if (hurries) {
                    gaveUp.addAndGet(entered ? 0 : 1);
                  } else if (entered) {
                    patient.incrementAndGet();
                  } else {
                    return;
                  }
                }
              });
      caller.start();
      callers.add(caller);
    }
    while (gaveUp.get() < 10) {
      Thread.onSpinWait();
    }
    incarnation.exit();
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(patient).hasValue(4 * 100);
    assertThat(incarnation.enter(in(0))).as("nothing is kept for anybody").isTrue();
  }

  @Test
  void waitingCaller_whoIsInterrupted_leavesWithHisInterrupt() throws InterruptedException {
    incarnation.enter(in(SECOND));
    AtomicReference<Boolean> interrupted = new AtomicReference<>();
    Thread thread =
        new Thread(
            () -> {
              Thread.currentThread().interrupt();
              boolean entered = incarnation.enter(in(100 * SECOND));
              interrupted.set(!entered && Thread.interrupted());
            });
    thread.start();
    thread.join();
    assertThat(interrupted.get()).isTrue();
  }

  @Test
  void condemnation_wakesWhoWaits_thoughNobodyComesOut() throws InterruptedException {
    incarnation.enter(in(SECOND));
    CountDownLatch started = new CountDownLatch(4);
    AtomicInteger woken = new AtomicInteger();
    Thread[] callers = new Thread[4];
    for (int i = 0; i < callers.length; i++) {
      callers[i] =
          new Thread(
              () -> {
                started.countDown();
                try {
                  incarnation.enter(in(1000 * SECOND));
                } catch (IncarnationEnded over) {
                  woken.incrementAndGet();
                }
              });
      callers[i].start();
    }
    started.await();
    incarnation.condemn();
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(woken).hasValue(4);
    assertThatThrownBy(() -> incarnation.enter(in(SECOND))).isInstanceOf(IncarnationEnded.class);
    assertThatThrownBy(incarnation::crossing).isInstanceOf(IncarnationEnded.class);
  }

  @Test
  void interruptMeantForTheDriver_staysInside() throws InterruptedException {
    CountDownLatch inside = new CountDownLatch(1);
    AtomicReference<Boolean> carriedOut = new AtomicReference<>();
    Thread caller =
        new Thread(
            () -> {
              incarnation.enter(in(SECOND));
              inside.countDown();
              while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
              }
              incarnation.exit();
              carriedOut.set(Thread.currentThread().isInterrupted());
            });
    caller.start();
    inside.await();
    incarnation.condemn();
    caller.join();
    assertThat(carriedOut.get()).isFalse();
  }

  @Test
  void condemningFromInside_interruptsNobody() {
    incarnation.enter(in(SECOND));
    incarnation.condemn();
    assertThat(Thread.interrupted()).isFalse();
    incarnation.exit();
  }

  @Test
  void drain_interruptsAgainAndAgain_andTellsWhetherAnybodyIsLeft() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    Thread caller =
        new Thread(
            () -> {
              incarnation.enter(in(SECOND));
              inside.countDown();
              for (int swallowed = 0; swallowed < 3; ) {
                swallowed += Thread.interrupted() ? 1 : 0;
                Thread.onSpinWait();
              }
              incarnation.exit();
            });
    caller.start();
    inside.await();
    incarnation.condemn();
    assertThat(incarnation.drain(Duration.ofSeconds(20))).matches(Incarnation.Drained::left);
    caller.join();

    Incarnation stuck =
        new Incarnation(null, 2, Runnable::run, StopSwitch.of(null), Duration.ofSeconds(5), drill);
    AtomicReference<Boolean> drained = new AtomicReference<>();
    stuck.enter(in(SECOND));
    stuck.condemn();
    Thread actor =
        new Thread(
            () -> {
              try {
                drained.set(stuck.drain(Duration.ofMillis(50)).left());
              } catch (InterruptedException unwanted) {
                throw new AssertionError(unwanted);
              }
            });
    actor.start();
    joinWhatever(actor);
    assertThat(drained.get()).isFalse();
    stuck.exit();
    assertThat(Thread.interrupted()).isFalse();
  }

  private static void joinWhatever(Thread thread) {
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException meantForTheDriver) {
        // The test is inside the gate.
      }
    }
  }

  @Test
  void overdue_isWhoIsInsidePastHisTime_andProgressExtendsIt() {
    // In hours, as the test takes its time, too.
    Incarnation slow =
        new Incarnation(null, 1, Runnable::run, StopSwitch.of(null), Duration.ofHours(5), drill);
    slow.enter(in(SECOND));
    assertThat(slow.overdue(in(4 * HOUR))).isNull();
    assertThat(slow.overdue(in(6 * HOUR))).isSameAs(Thread.currentThread());
    slow.progress(10 * HOUR);
    assertThat(slow.overdue(in(14 * HOUR))).isNull();
    assertThat(slow.overdue(in(16 * HOUR))).isSameAs(Thread.currentThread());
    slow.allow(Duration.ofHours(30));
    slow.progress(0);
    assertThat(slow.overdue(in(29 * HOUR))).isNull();
    slow.exit();
    assertThat(slow.overdue(in(1000 * HOUR))).isNull();
  }

  @Test
  void manyCallers_neverMeet_andEachGetsIn() throws InterruptedException {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger met = new AtomicInteger();
    AtomicInteger entered = new AtomicInteger();
    Thread[] callers = new Thread[8];
    for (int t = 0; t < callers.length; t++) {
      callers[t] =
          new Thread(
              () -> {
                for (int i = 0; i < 3000; i++) {
                  if (incarnation.enter(in(100 * SECOND))) {
                    met.addAndGet(inside.getAndIncrement());
                    entered.incrementAndGet();
                    inside.decrementAndGet();
                    incarnation.exit();
                  }
                }
              });
      callers[t].start();
    }
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(met).hasValue(0);
    assertThat(entered).hasValue(24_000);
  }
}
