package org.bulkhead.framework.internal.compartment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.bulkhead.framework.admin.InjectedFault;
import org.bulkhead.framework.internal.weave.StopSwitch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DrillTest {

  private final Drill drill = new Drill();
  private final Incarnation incarnation =
      new Incarnation(null, 1, Runnable::run, StopSwitch.of(null), Duration.ofSeconds(5), drill);

  private final AtomicReference<Throwable> end = new AtomicReference<>();

  @Test
  void fault_breaksOutOnce_theLastThatWasPlanted() {
    drill.plant(InjectedFault.ERROR);
    drill.plant(InjectedFault.THROW);
    assertThatThrownBy(incarnation::crossing)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("planted fault");
    assertThatCode(incarnation::crossing).doesNotThrowAnyException();
  }

  @Test
  void fault_thatIsCalledOff_neverBreaksOut() {
    drill.plant(InjectedFault.ERROR);
    drill.callOff();
    assertThatCode(incarnation::crossing).doesNotThrowAnyException();
  }

  @Test
  void fault_thatIsPlantedInALifeThatIsOver_breaksOutInTheNext() {
    incarnation.condemn();
    drill.plant(InjectedFault.ERROR);
    assertThatThrownBy(incarnation::crossing).isInstanceOf(IncarnationEnded.class);
    Incarnation next =
        new Incarnation(null, 2, Runnable::run, StopSwitch.of(null), Duration.ofSeconds(5), drill);
    assertThatThrownBy(next::crossing).isInstanceOf(LinkageError.class);
  }

  @Test
  void hang_endsWithTheIncarnation_byTheOneInterruptOfItsEnd() throws InterruptedException {
    Thread caller = hanging();

    incarnation.condemn();

    caller.join();
    assertThat(end.get()).isInstanceOf(IncarnationEnded.class);
  }

  @Test
  void hang_endsByNoInterruptBeforeTheIncarnationDoes() throws InterruptedException {
    Thread caller = hanging();

    for (int i = 0; i < 3; i++) {
      caller.interrupt();
      while (caller.isInterrupted()) {
        Thread.onSpinWait();
      }
      awaitWaiting(caller);
    }

    assertThat(end.get()).isNull();
    incarnation.condemn();
    caller.join();
  }

  private Thread hanging() {
    Thread caller =
        new Thread(
            () -> {
              incarnation.enter(System.nanoTime());
              try {
                incarnation.crossing();
              } catch (Throwable thrown) {
                end.set(thrown);
              } finally {
                incarnation.exit();
              }
            });
    drill.plant(InjectedFault.HANG);
    caller.start();
    awaitWaiting(caller);
    return caller;
  }

  private static void awaitWaiting(Thread thread) {
    while (thread.getState() != Thread.State.WAITING) {
      assertThat(thread.isAlive()).isTrue();
      Thread.onSpinWait();
    }
  }
}
