package org.bulkhead.testkit.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ThreadsTest {

  @Test
  void threadOfTheFramework_isSeenUntilItEnds() throws InterruptedException {
    Threads threads = new Threads();
    CountDownLatch end = new CountDownLatch(1);
    Thread stray =
        new Thread(
            () -> {
              try {
                end.await();
              } catch (InterruptedException unwanted) {
                throw new AssertionError(unwanted);
              }
            },
            "driver-999");
    stray.start();
    assertThat(threads.ended()).isFalse();
    assertThat(threads).asString().contains("driver-999");
    assertThat(new Threads().ended()).isTrue();
    end.countDown();
    stray.join();
    assertThat(threads.ended()).isTrue();
  }
}
