package org.bulkhead.transport.libusb.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TurnTest {

  private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final AtomicInteger asked = new AtomicInteger();
  private final Turn turn = new Turn(asked::incrementAndGet);
  private final List<Thread> threads = new ArrayList<>();

  @AfterEach
  void end() {
    threads.forEach(Thread::interrupt);
  }

  private Thread start(Runnable task) {
    Thread thread = new Thread(task);
    thread.start();
    threads.add(thread);
    return thread;
  }

  /** Waits for the turn as who waits for a completion does, and keeps it until told. */
  private Thread follower(AtomicBoolean over, CompletableFuture<Void> got, CountDownLatch until) {
    return start(
        () -> {
          while (!turn.tryTake() && !turn.follow(over::get, LONG_NANOS)) {
            if (over.get() || Thread.currentThread().isInterrupted()) {
              turn.pass();
              return;
            }
          }
          got.complete(null);
          try {
            until.await();
          } catch (InterruptedException e) {
            // The test is over.
          }
          turn.release();
        });
  }

  private static void untilParked(Thread thread) {
    long start = System.nanoTime();
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      assertThat(System.nanoTime() - start).as("parks within 30 s").isLessThan(30_000_000_000L);
      LockSupport.parkNanos(100_000);
    }
  }

  private static void soon(CompletableFuture<Void> got) throws Exception {
    got.get(30, TimeUnit.SECONDS);
  }

  @Test
  void turn_isOneThreadsAtATime() throws Exception {
    assertThat(turn.tryTake()).isTrue();
    assertThat(turn.isMine()).isTrue();
    assertThat(turn.tryTake()).isFalse();
    assertThat(CompletableFuture.supplyAsync(turn::tryTake).get()).isFalse();

    turn.release();

    assertThat(turn.isFree()).isTrue();
    assertThat(turn.tryTake()).isTrue();
  }

  @Test
  void whoWaits_getsItWhenItsHolderLeaves() throws Exception {
    assertThat(turn.tryTake()).isTrue();
    CompletableFuture<Void> got = new CompletableFuture<>();
    untilParked(follower(new AtomicBoolean(), got, new CountDownLatch(0)));

    turn.release();

    soon(got);
  }

  @Test
  void whoWasCountedOnAndLeaves_passesItOn() throws Exception {
    assertThat(turn.tryTake()).isTrue();
    AtomicBoolean over = new AtomicBoolean();
    Thread first = follower(over, new CompletableFuture<>(), new CountDownLatch(0));
    untilParked(first);
    CompletableFuture<Void> got = new CompletableFuture<>();
    untilParked(follower(new AtomicBoolean(), got, new CountDownLatch(0)));

    over.set(true);
    turn.release();

    soon(got);
  }

  @Test
  void whoWaits_countsAsWaitingUntilItHasTried() throws Exception {
    assertThat(turn.tryTake()).isTrue();
    AtomicInteger looks = new AtomicInteger();
    AtomicInteger uncounted = new AtomicInteger();
    CompletableFuture<Boolean> got = new CompletableFuture<>();
    BooleanSupplier over =
        () -> {
          looks.incrementAndGet();
          if (!turn.isWaitedFor()) {
            uncounted.incrementAndGet();
          }
          return false;
        };
    untilParked(start(() -> got.complete(turn.follow(over, LONG_NANOS))));

    turn.release();

    assertThat(got.get(30, TimeUnit.SECONDS)).isTrue();
    assertThat(turn.isWaitedFor()).isFalse();
    assertThat(looks).hasValueGreaterThan(1);
    assertThat(uncounted).hasValue(0);
  }

  @Test
  void aHundredWaiters_allGetIt() throws Exception {
    assertThat(turn.tryTake()).isTrue();
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      CompletableFuture<Void> got = new CompletableFuture<>();
      all.add(got);
      follower(new AtomicBoolean(), got, new CountDownLatch(0));
    }

    turn.release();

    for (CompletableFuture<Void> got : all) {
      soon(got);
    }
  }

  @Test
  void whoClaimsIt_comesBeforeThoseWhoWait() throws Exception {
    assertThat(turn.tryTake()).isTrue();
    CompletableFuture<Void> got = new CompletableFuture<>();
    untilParked(follower(new AtomicBoolean(), got, new CountDownLatch(0)));
    CompletableFuture<Boolean> claimed = new CompletableFuture<>();
    CountDownLatch done = new CountDownLatch(1);
    Thread claimant =
        start(
            () -> {
              claimed.complete(turn.claim(System.nanoTime() + LONG_NANOS));
              try {
                done.await();
              } catch (InterruptedException e) {
                // The test is over.
              }
              turn.release();
            });
    untilParked(claimant);

    assertThat(asked).hasPositiveValue();
    assertThat(turn.isClaimed()).isTrue();
    turn.release();
    assertThat(claimed.get(30, TimeUnit.SECONDS)).isTrue();
    assertThat(got).isNotDone();
    done.countDown();
    soon(got);
  }

  @Test
  void whoClaimsItInVain_leavesItToThoseWhoWait() throws Exception {
    assertThat(turn.tryTake()).isTrue();
    CompletableFuture<Void> got = new CompletableFuture<>();
    untilParked(follower(new AtomicBoolean(), got, new CountDownLatch(0)));

    assertThat(CompletableFuture.supplyAsync(() -> turn.claim(System.nanoTime() + 1_000_000)).get())
        .isFalse();
    assertThat(turn.isClaimed()).isFalse();
    turn.release();

    soon(got);
  }

  @Test
  void interruptOfWhoClaimsIt_isKeptForLater() throws Exception {
    assertThat(turn.tryTake()).isTrue();
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Thread claimant =
        start(
            () -> {
              turn.claim(System.nanoTime() + LONG_NANOS);
              interrupted.complete(Thread.currentThread().isInterrupted());
            });
    untilParked(claimant);
    claimant.interrupt();
    assertThat(interrupted).isNotDone();

    turn.release();

    assertThat(interrupted.get(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void takingAndLeaving_fromManyThreads_losesNobody() throws Exception {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    AtomicInteger inside = new AtomicInteger();
    for (int i = 0; i < 8; i++) {
      all.add(
          CompletableFuture.runAsync(
              () -> {
                for (int round = 0; round < 2_000; round++) {
                  while (!turn.tryTake() && !turn.follow(() -> false, LONG_NANOS)) {
                    Thread.onSpinWait();
                  }
                  assertThat(inside.incrementAndGet()).isEqualTo(1);
                  inside.decrementAndGet();
                  turn.release();
                }
              },
              task -> start(task)));
    }
    for (CompletableFuture<Void> each : all) {
      each.get(60, TimeUnit.SECONDS);
    }
  }
}
