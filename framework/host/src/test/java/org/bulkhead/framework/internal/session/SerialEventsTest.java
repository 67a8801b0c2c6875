package org.bulkhead.framework.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.ServiceReference;
import org.osgi.service.log.Logger;
import org.osgi.service.serial.SerialEvent;
import org.osgi.service.serial.SerialEventListener;

class SerialEventsTest {

  private static final long SECONDS = 20;

  private final Map<ServiceReference<SerialEventListener>, SerialEventListener> registered =
      new ConcurrentHashMap<>();
  private final AtomicInteger warnings = new AtomicInteger();
  private final SerialEvents events = new SerialEvents(logger(), this::obtain);

  @AfterEach
  void close() {
    events.close();
  }

  @Test
  void dataAvailable_comesOnAThreadOfTheFramework() throws Exception {
    BlockingQueue<SerialEvent> got = new LinkedBlockingQueue<>();
    BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    add(
        null,
        event -> {
          threads.add(Thread.currentThread());
          got.add(event);
        });
    events.dataAvailable("1-2:0", () -> true);
    SerialEvent event = next(got);
    assertThat(event.getType()).isEqualTo(SerialEvent.DATA_AVAILABLE);
    assertThat(event.getComPort()).isEqualTo("1-2:0");
    assertThat(next(threads)).isNotSameAs(Thread.currentThread());
  }

  @Test
  void comPortProperty_limitsWhatComes() throws Exception {
    BlockingQueue<SerialEvent> one = new LinkedBlockingQueue<>();
    BlockingQueue<SerialEvent> several = new LinkedBlockingQueue<>();
    BlockingQueue<SerialEvent> all = new LinkedBlockingQueue<>();
    add("1-2:0", one::add);
    add(new String[] {"1-2:0", "1-3:0"}, several::add);
    add(List.of("1-2:0", "1-3:0", "1-4:0"), all::add);
    for (String port : List.of("1-4:0", "1-3:0", "1-2:0")) {
      events.dataAvailable(port, () -> true);
    }
    assertThat(next(one).getComPort()).isEqualTo("1-2:0");
    assertThat(next(several).getComPort()).isEqualTo("1-3:0");
    assertThat(next(several).getComPort()).isEqualTo("1-2:0");
    assertThat(List.of(next(all), next(all), next(all)))
        .extracting(SerialEvent::getComPort)
        .containsExactly("1-4:0", "1-3:0", "1-2:0");
    assertThat(one).isEmpty();
  }

  @Test
  void hangingListener_holdsUpNobodyAndIsToldOnceWhenItComesBack() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    BlockingQueue<SerialEvent> hung = new LinkedBlockingQueue<>();
    BlockingQueue<SerialEvent> well = new LinkedBlockingQueue<>();
    add(
        null,
        event -> {
          hung.add(event);
          awaitUninterrupted(goOn);
        });
    add(null, well::add);
    events.dataAvailable("a", () -> true);
    next(hung);
    for (int i = 0; i < 1000; i++) {
      events.dataAvailable("a", () -> true);
      next(well);
    }
    goOn.countDown();
    assertThat(next(hung).getComPort()).isEqualTo("a");
    assertThat(hung).isEmpty();
  }

  @Test
  void throwingListener_isCalledAgainAndLoggedOnce() throws Exception {
    BlockingQueue<SerialEvent> thrown = new LinkedBlockingQueue<>();
    BlockingQueue<SerialEvent> well = new LinkedBlockingQueue<>();
    add(
        null,
        event -> {
          thrown.add(event);
          throw new LinkageError("hostile");
        });
    add(null, well::add);
    for (int i = 0; i < 3; i++) {
      events.dataAvailable("a", () -> true);
      next(thrown);
      next(well);
    }
    events.close();
    assertThat(warnings.get()).isBetween(0, 1);
  }

  @Test
  void whatWasReadMeanwhile_isNotAnnounced() throws Exception {
    BlockingQueue<SerialEvent> got = new LinkedBlockingQueue<>();
    add(null, got::add);
    AtomicBoolean there = new AtomicBoolean();
    events.dataAvailable("read", there::get);
    events.dataAvailable("unread", () -> true);
    assertThat(next(got).getComPort()).isEqualTo("unread");
  }

  @Test
  void removedListener_isInterruptedAndGetsNothingMore() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    BlockingQueue<SerialEvent> got = new LinkedBlockingQueue<>();
    ServiceReference<SerialEventListener> reference =
        add(
            null,
            event -> {
              got.add(event);
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException expected) {
                interrupted.countDown();
              }
            });
    events.dataAvailable("a", () -> true);
    next(got);
    events.remove(reference);
    assertThat(interrupted.await(SECONDS, TimeUnit.SECONDS)).isTrue();
    events.dataAvailable("a", () -> true);
    assertThat(got).isEmpty();
  }

  private ServiceReference<SerialEventListener> add(Object comPort, SerialEventListener listener) {
    ServiceReference<SerialEventListener> reference = reference(comPort);
    registered.put(reference, listener);
    events.add(reference);
    return reference;
  }

  private SerialEvents.Obtained obtain(ServiceReference<SerialEventListener> reference) {
    return new SerialEvents.Obtained() {
      @Override
      public SerialEventListener listener() {
        return registered.get(reference);
      }

      @Override
      public void close() {}
    };
  }

  @SuppressWarnings("unchecked")
  private static ServiceReference<SerialEventListener> reference(Object comPort) {
    return (ServiceReference<SerialEventListener>)
        Proxy.newProxyInstance(
            SerialEventsTest.class.getClassLoader(),
            new Class<?>[] {ServiceReference.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getProperty" -> comPort;
                  case "hashCode" -> System.identityHashCode(proxy);
                  case "equals" -> proxy == arguments[0];
                  default -> null;
                });
  }

  private Logger logger() {
    return (Logger)
        Proxy.newProxyInstance(
            SerialEventsTest.class.getClassLoader(),
            new Class<?>[] {Logger.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("warn")) {
                warnings.incrementAndGet();
              }
              return null;
            });
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    boolean done = false;
    while (!done) {
      try {
        latch.await();
        done = true;
      } catch (InterruptedException ignored) {
        done = false;
      }
    }
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(SECONDS, TimeUnit.SECONDS);
    assertThat(next).as("the next within %d s", SECONDS).isNotNull();
    return next;
  }
}
