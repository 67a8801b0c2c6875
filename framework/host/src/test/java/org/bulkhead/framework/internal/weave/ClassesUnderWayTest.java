package org.bulkhead.framework.internal.weave;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.osgi.framework.wiring.BundleWiring;

class ClassesUnderWayTest {

  private static final int THREADS = 6;

  private final AtomicInteger woven = new AtomicInteger();
  private final BundleWiring wiring = wiring();

  @Test
  void classLoadedByManyThreads_isWovenOnce() throws Exception {
    CountDownLatch asked = new CountDownLatch(THREADS);
    ClassesUnderWay classes =
        new ClassesUnderWay(
            original -> {
              awaitAll(asked);
              woven.incrementAndGet();
              return new byte[] {2};
            });
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<byte[]>> results = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        results.add(
            threads.submit(
                () -> {
                  asked.countDown();
                  return classes.weave(wiring, "a.B", new byte[] {1});
                }));
      }
      for (Future<byte[]> result : results) {
        assertThat(result.get(30, TimeUnit.SECONDS)).containsExactly(2);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(woven).hasValue(1);
  }

  @Test
  void classThatIsLoadedOrOfOtherBytes_isWovenAnew() throws Exception {
    ClassesUnderWay classes =
        new ClassesUnderWay(original -> new byte[] {original[0], (byte) woven.incrementAndGet()});

    assertThat(classes.weave(wiring, "a.B", new byte[] {7})).containsExactly(7, 1);
    assertThat(classes.weave(wiring, "a.B", new byte[] {7})).containsExactly(7, 1);
    assertThat(classes.weave(wiring, "a.B", new byte[] {8})).containsExactly(8, 2);
    assertThat(classes.weave(wiring(), "a.B", new byte[] {8})).containsExactly(8, 3);
    classes.loaded(wiring, "a.B");
    assertThat(classes.weave(wiring, "a.B", new byte[] {8})).containsExactly(8, 4);
  }

  private static void awaitAll(CountDownLatch asked) {
    try {
      assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static BundleWiring wiring() {
    return (BundleWiring)
        Proxy.newProxyInstance(
            BundleWiring.class.getClassLoader(),
            new Class<?>[] {BundleWiring.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "hashCode" -> System.identityHashCode(proxy);
                  case "equals" -> proxy == arguments[0];
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }
}
