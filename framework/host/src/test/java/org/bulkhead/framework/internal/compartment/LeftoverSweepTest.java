package org.bulkhead.framework.internal.compartment;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.service.log.LoggerFactory;

class LeftoverSweepTest {

  private final CountDownLatch end = new CountDownLatch(1);
  private final ClassLoader loader = getClass().getClassLoader();
  private final List<String> names = new CopyOnWriteArrayList<>();

  @AfterEach
  void endThreads() {
    end.countDown();
  }

  @Test
  void threadThatStays_isHeldAgainstOneLifeOnly() throws Exception {
    try (Host host = new Host(Limits.DEFAULT, none(Services.class), none(LoggerFactory.class))) {
      for (String name : List.of("stays-1", "stays-2", "stays-3")) {
        stay(name);
        endALife(host, name);
      }
    }

    assertThat(names).containsExactly("stays-1", "stays-2", "stays-3");
  }

  private void stay(String name) {
    Thread thread =
        new Thread(
            () -> {
              try {
                end.await();
              } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Returns when a thread was found. */
  private void endALife(Host host, String name) throws InterruptedException {
    CountDownLatch found = new CountDownLatch(1);
    host.leftovers()
        .later(
            loader,
            (leftovers, thread) -> {
              if (thread.getName().startsWith("stays-")) {
                names.add(thread.getName());
              }
              if (thread.getName().equals(name)) {
                found.countDown();
              }
            });
    assertThat(found.await(20, TimeUnit.SECONDS)).isTrue();
  }

  private static <T> T none(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> null));
  }
}
