package org.bulkhead.framework.internal.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.bulkhead.device.input.GapEvent;
import org.bulkhead.device.input.InputDevice;
import org.bulkhead.device.input.InputEvent;
import org.bulkhead.device.input.KeyEvent;
import org.bulkhead.device.input.KeyboardLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.service.log.Logger;

class InputHubTest {

  private static final long PATIENCE_SECONDS = 20;

  private final List<String> logged = new CopyOnWriteArrayList<>();
  private final InputHub hub =
      new InputHub(
          KeyboardLayout.named("us"),
          (Logger)
              Proxy.newProxyInstance(
                  Logger.class.getClassLoader(),
                  new Class<?>[] {Logger.class},
                  (proxy, method, arguments) -> {
                    logged.add(method.getName());
                    return null;
                  }));
  private final BlockingQueue<InputEvent> received = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    hub.close();
  }

  private static InputDevice device(String location) {
    return (InputDevice)
        Proxy.newProxyInstance(
            InputDevice.class.getClassLoader(),
            new Class<?>[] {InputDevice.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "location", "toString" -> location;
                  case "hashCode" -> location.hashCode();
                  case "equals" -> proxy == arguments[0];
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private static KeyEvent key(InputDevice device, int usage) {
    return new KeyEvent(device, Instant.EPOCH, usage, true, Set.of(), "");
  }

  private InputEvent next() throws InterruptedException {
    InputEvent event = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertThat(event).as("an event").isNotNull();
    return event;
  }

  @Test
  void events_comeInOrder() throws Exception {
    InputDevice device = device("1-1");
    hub.add("all", received::add, () -> null);
    for (int i = 0; i < 500; i++) {
      hub.post(key(device, i));
    }
    for (int i = 0; i < 500; i++) {
      assertThat(((KeyEvent) next()).usage()).isEqualTo(i);
    }
  }

  @Test
  void locations_choose() throws Exception {
    hub.add("one", received::add, () -> "1-2");
    hub.add("two", received::add, () -> new String[] {"1-3", "1-4"});
    hub.post(key(device("1-1"), 1));
    hub.post(key(device("1-2"), 2));
    hub.post(key(device("1-4"), 4));

    assertThat(List.of(((KeyEvent) next()).usage(), ((KeyEvent) next()).usage()))
        .containsExactlyInAnyOrder(2, 4);
    assertThat(received).isEmpty();
  }

  @Test
  void slowListener_losesTheOldestAndIsToldHowMany() throws Exception {
    InputDevice device = device("1-1");
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    hub.add(
        "slow",
        event -> {
          entered.countDown();
          go.await();
          received.add(event);
        },
        () -> null);
    hub.post(key(device, 0));
    assertThat(entered.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    for (int i = 1; i <= ListenerQueue.CAPACITY + 10; i++) {
      hub.post(key(device, i));
    }
    go.countDown();

    assertThat(((KeyEvent) next()).usage()).isZero();
    assertThat(((GapEvent) next()).lost()).isEqualTo(10);
    for (int i = 11; i <= ListenerQueue.CAPACITY + 10; i++) {
      assertThat(((KeyEvent) next()).usage()).isEqualTo(i);
    }
  }

  @Test
  void hangingListener_hurtsNobodyElse() throws Exception {
    hub.add("hangs", event -> new CountDownLatch(1).await(), () -> null);
    hub.add("fine", received::add, () -> null);
    hub.post(key(device("1-1"), 1));
    hub.post(key(device("1-1"), 2));

    assertThat(((KeyEvent) next()).usage()).isEqualTo(1);
    assertThat(((KeyEvent) next()).usage()).isEqualTo(2);
  }

  @Test
  void throwingListener_isLoggedOnceInARowAndGoesOn() throws Exception {
    hub.add(
        "throws",
        event -> {
          received.add(event);
          throw new LinkageError("hostile");
        },
        () -> null);
    InputDevice device = device("1-1");
    hub.post(key(device, 1));
    hub.post(key(device, 2));
    next();
    next();
    hub.post(key(device, 3));
    next();
    assertThat(logged).containsExactly("warn");
  }

  @Test
  void removedListener_getsNothingMore() {
    hub.add("gone", received::add, () -> null);
    hub.remove("gone");
    hub.post(key(device("1-1"), 1));
    assertThat(received).isEmpty();
  }

  @Test
  void closedHub_takesEventsQuietly() {
    hub.add("all", received::add, () -> null);
    hub.close();
    hub.post(key(device("1-1"), 1));
    hub.add("late", received::add, () -> null);
    hub.post(key(device("1-1"), 1));
    assertThat(received).isEmpty();
  }
}
