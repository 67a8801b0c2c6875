package org.bulkhead.framework.internal.usb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WindowTest {

  /** Notes what becomes of it. */
  private static class Guest implements Window.Waiting {
    final String name;
    final List<String> log;
    boolean refuses;
    int waits;

    Guest(String name, List<String> log) {
      this.name = name;
      this.log = log;
    }

    @Override
    public int waitsAt(Window window) {
      return ++waits;
    }

    @Override
    public boolean depart(int wait, long nowNanos) {
      if (waits != wait) {
        return false;
      }
      log.add(refuses ? name + " refused" : name);
      return !refuses;
    }

    @Override
    public void abandon(int wait) {
      if (waits == wait) {
        log.add(name + " abandoned");
      }
    }
  }

  private final List<String> log = new ArrayList<>();

  private Guest guest(String name) {
    return new Guest(name, log);
  }

  @Test
  void noMoreThanItsSize_depart() {
    Window window = new Window(2);

    for (String name : List.of("a", "b", "c", "d")) {
      window.add(guest(name));
    }

    assertThat(log).containsExactly("a", "b");
  }

  @Test
  void theNextOne_departsAsOneLands() {
    Window window = new Window(1);
    for (String name : List.of("a", "b", "c")) {
      window.add(guest(name));
    }

    window.landed(true, 0);
    assertThat(log).containsExactly("a", "b");

    window.landed(true, 0);
    assertThat(log).containsExactly("a", "b", "c");
  }

  @Test
  void oneThatIsRefused_leavesItsPlaceToTheNext() {
    Window window = new Window(1);
    Guest refused = guest("a");
    refused.refuses = true;

    window.add(refused);
    window.add(guest("b"));

    assertThat(log).containsExactly("a refused", "b");
  }

  @Test
  void errorWhileOneDeparts_isThrown_andWhoComesNextAbandonsTheRest() {
    Window window = new Window(1);
    window.add(guest("a"));
    window.add(
        new Guest("b", log) {
          @Override
          public boolean depart(int wait, long nowNanos) {
            throw new StackOverflowError();
          }
        });
    window.add(guest("c"));

    assertThatThrownBy(() -> window.landed(true, 0)).isInstanceOf(StackOverflowError.class);
    assertThat(window.isBroken()).isTrue();
    window.add(guest("d"));

    assertThat(log).containsExactly("a", "c abandoned", "d abandoned");
  }

  @Test
  void afterAFailure_allThatWait_andAllThatCome_areAbandoned() {
    Window window = new Window(1);
    for (String name : List.of("a", "b", "c")) {
      window.add(guest(name));
    }

    window.landed(false, 0);
    window.add(guest("d"));

    assertThat(window.isBroken()).isTrue();
    assertThat(log).containsExactly("a", "b abandoned", "c abandoned", "d abandoned");
  }

  @Test
  void oneThatWaitsAnew_departsInItsNewPlace() {
    Window window = new Window(1);
    window.add(guest("a"));
    Guest again = guest("b");
    window.add(again);
    window.add(guest("c"));
    // Cancelled meanwhile, and submitted again.
    window.add(again);

    window.landed(true, 0);
    window.landed(true, 0);

    assertThat(log).containsExactly("a", "c", "b");
  }

  @Test
  void placesThatWrapAround_areInOrder() {
    Window window = new Window(1, Integer.MAX_VALUE - 1);

    for (String name : List.of("a", "b", "c", "d")) {
      window.add(guest(name));
      window.landed(true, 0);
    }

    assertThat(log).containsExactly("a", "b", "c", "d");
  }

  @Test
  void itIsFull_atItsCapacity() {
    Window window = new Window(1);
    for (int i = 0; i < Window.CAPACITY; i++) {
      window.add(guest("a"));
      assertThat(window.isFull()).isFalse();
    }

    window.add(guest("a"));

    assertThat(window.isFull()).isTrue();
  }

  /** One thread adds while another one lands what departed. */
  @Test
  void byTwoThreads_theOrderIsKept_andItsSizeToo() throws Exception {
    int count = 50_000;
    Window window = new Window(4);
    AtomicInteger departed = new AtomicInteger();
    AtomicInteger landed = new AtomicInteger();
    AtomicInteger wrong = new AtomicInteger();
    Thread lander =
        new Thread(
            () -> {
              while (landed.get() < count) {
                if (departed.get() > landed.get()) {
                  landed.incrementAndGet();
                  window.landed(true, 0);
                } else {
                  Thread.onSpinWait();
                }
              }
            });
    lander.start();
    for (int i = 0; i < count; i++) {
      int number = i;
      while (window.isFull()) {
        Thread.onSpinWait();
      }
      window.add(
          new Window.Waiting() {
            @Override
            public int waitsAt(Window itsWindow) {
              return 1;
            }

            @Override
            public boolean depart(int wait, long nowNanos) {
              boolean inOrder = departed.get() == number;
              boolean room = number - landed.get() < 4;
              wrong.addAndGet(inOrder && room ? 0 : 1);
              departed.incrementAndGet();
              return true;
            }

            @Override
            public void abandon(int wait) {
              wrong.incrementAndGet();
            }
          });
    }
    lander.join(60_000);

    assertThat(lander.isAlive()).isFalse();
    assertThat(wrong.get()).isZero();
  }
}
