package org.bulkhead.framework.internal.compartment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SerialExecutorTest {

  private final Queue<Runnable> threads = new ArrayDeque<>();
  private final List<Throwable> thrown = new ArrayList<>();
  private final List<Integer> ran = new ArrayList<>();
  private final SerialExecutor executor = new SerialExecutor(threads::add, 0, thrown::add);

  private Runnable task(int number) {
    return () -> ran.add(number);
  }

  @Test
  void tasks_runInOrder_onOneThread() {
    for (int i = 0; i < 5; i++) {
      executor.execute(task(i));
    }
    assertThat(threads).hasSize(1);
    threads.remove().run();
    assertThat(ran).containsExactly(0, 1, 2, 3, 4);
    executor.execute(task(5));
    assertThat(threads).hasSize(1);
  }

  @Test
  void taskThatThrows_isTold_andTheNextOneRuns() {
    Error error = new StackOverflowError();
    executor.execute(
        () -> {
          throw error;
        });
    executor.execute(task(1));
    threads.remove().run();
    assertThat(ran).containsExactly(1);
    assertThat(thrown).containsExactly(error);
  }

  @Test
  void closed_dropsWhatIsQueuedAndWhatComes() {
    executor.execute(task(1));
    executor.close();
    executor.execute(task(2));
    threads.remove().run();
    assertThat(ran).isEmpty();
  }

  @Test
  void threadThatCannotBeHad_isAskedForAgain() {
    AtomicInteger calls = new AtomicInteger();
    SerialExecutor poor =
        new SerialExecutor(
            work -> {
              if (calls.getAndIncrement() == 0) {
                throw new OutOfMemoryError("unable to create native thread");
              }
              work.run();
            },
            0,
            thrown::add);
    assertThatThrownBy(() -> poor.execute(task(1))).isInstanceOf(OutOfMemoryError.class);
    poor.execute(task(2));
    assertThat(ran).containsExactly(1, 2);
  }

  @Test
  void poolThatIsShutDown_endsItQuietly() {
    SerialExecutor late =
        new SerialExecutor(
            work -> {
              throw new RejectedExecutionException();
            },
            0,
            thrown::add);
    late.execute(task(1));
    late.execute(task(2));
    assertThat(ran).isEmpty();
  }

  @Test
  void lingeringThread_takesTheNextTask_andNoTaskIsLost() throws InterruptedException {
    ExecutorService pool = Executors.newCachedThreadPool();
    try {
      SerialExecutor lingering = new SerialExecutor(pool, 1, thrown::add);
      AtomicInteger inside = new AtomicInteger();
      AtomicInteger met = new AtomicInteger();
      CountDownLatch done = new CountDownLatch(20_000);
      Thread[] callers = new Thread[4];
      for (int t = 0; t < callers.length; t++) {
        callers[t] =
            new Thread(
                () -> {
                  for (int i = 0; i < 5000; i++) {
                    lingering.execute(
                        () -> {
                          met.addAndGet(inside.getAndIncrement());
                          if (done.getCount() % 1000 == 0) {
                            Thread.currentThread().interrupt();
                          }
                          inside.decrementAndGet();
                          done.countDown();
                        });
                  }
                });
        callers[t].start();
      }
      done.await();
      assertThat(met).hasValue(0);
      assertThat(thrown).isEmpty();
    } finally {
      pool.shutdownNow();
    }
  }
}
