package org.bulkhead.framework.internal.weave;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.FaultInfo;
import org.bulkhead.framework.admin.InjectedFault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loops without end in a woven driver: the application's own thread comes back with its result. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class EndlessLoopTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "nested",
        "counted",
        "catch-throwable",
        "catch-deep",
        "finally",
        "overflow",
        "recursion",
        "lambda",
        "constructor",
        "initialiser",
        "stream",
        "stream-nested",
        "sleep",
        "wait",
        "park",
        "yield",
        "lock",
        "condition",
        "semaphore",
        "future",
        "synchronized"
      })
  void loop_isEndedAndTheCallReplayed(String kind) throws Exception {
    try (RogueBench bench = bench(kind)) {
      ByteBuffer block = ByteBuffer.allocate(512);
      bench.session().read(0, block);

      assertThat(block.hasRemaining()).isFalse();
      assertThat(block.get(0)).isEqualTo((byte) 2);
      assertThat(bench.faults()).hasSize(1);
      // Which of them, DetectionTest tests; some of these are one or the other by turns.
      assertThat(bench.faults().get(0).kind()).isIn("loop", "hang", "ignored-interrupt");
      assertThat(bench.info().abandonedThreads()).isZero();
      assertThat(bench.stop().armed()).isFalse();
      assertThat(Thread.interrupted()).isFalse();
    }
  }

  @Test
  void threadLeftBehind_isFoundAfterTheLife_andEnded() throws Exception {
    try (RogueBench bench = bench("left-behind")) {
      bench.session().read(0, ByteBuffer.allocate(512));
      bench.await(info -> bench.faults().size() == 2);

      assertThat(bench.faults())
          .extracting(FaultInfo::kind)
          .containsExactlyInAnyOrder("exception", "left-threads");
      assertThat(bench.faults())
          .filteredOn(fault -> fault.kind().equals("left-threads"))
          .singleElement()
          .matches(fault -> fault.message().contains("\"left-behind\""))
          .matches(fault -> fault.action().equals("thread ended"));
      assertThat(bench.info().incarnation()).isEqualTo(2);
      assertThat(bench.info().abandonedThreads()).isZero();
      assertThat(bench.stop().armed()).isFalse();
      assertThat(Thread.getAllStackTraces().keySet())
          .noneMatch(thread -> thread.getName().equals("left-behind"));
    }
  }

  @Test
  void threadThatNoGuardSawStart_isFoundInLife_andEnded() throws Exception {
    try (RogueBench bench = bench("kept")) {
      bench.session().read(0, ByteBuffer.allocate(512));
      bench.await(info -> bench.faults().size() == 2);

      assertThat(bench.faults())
          .extracting(FaultInfo::kind)
          .containsExactly("foreign-thread", "left-threads");
      assertThat(bench.faults().get(0).message()).contains("\"kept\"");
      assertThat(bench.faults().get(0).trace()).contains("Rogue.catchThrowable");
      assertThat(bench.faults().get(1).action()).isEqualTo("thread ended");
      assertThat(bench.info().incarnation()).isEqualTo(2);
      assertThat(bench.info().abandonedThreads()).isZero();
      assertThat(Thread.getAllStackTraces().keySet())
          .noneMatch(thread -> thread.getName().equals("kept"));
    }
  }

  @Test
  void loopInAttach_isEndedAndAttachedAnew() throws Exception {
    try (RogueBench bench = bench("attach")) {
      ByteBuffer block = ByteBuffer.allocate(512);
      bench.session().read(0, block);

      assertThat(block.get(0)).isEqualTo((byte) 2);
      assertThat(bench.info().abandonedThreads()).isZero();
    }
  }

  @Test
  void loopInDeactivation_isEnded() throws Exception {
    try (RogueBench bench = bench("deactivation")) {
      bench.session();
      bench.restart();
      bench.await(info -> info.incarnation() == 2 && info.state() == CompartmentState.RUNNING);

      assertThat(bench.info().abandonedThreads()).isZero();
      assertThat(bench.stop().armed()).isFalse();
    }
  }

  @Test
  void deactivationThatCannotBeEnded_isAFault_andAbandoned() throws Exception {
    Text text = new Text();
    System.getProperties().put("rogue.text", text);
    try (RogueBench bench = bench("stuck-deactivation")) {
      bench.session();
      bench.restart();
      bench.await(info -> info.incarnation() == 2 && info.state() == CompartmentState.RUNNING);

      assertThat(bench.info().abandonedThreads()).isOne();
      assertThat(bench.faults())
          .singleElement()
          .matches(fault -> fault.kind().equals("stop") && fault.incarnation() == 1)
          .matches(fault -> fault.message().contains("deactivation"))
          .matches(fault -> fault.action().equals("thread abandoned"));
    } finally {
      text.away = true;
      System.getProperties().remove("rogue.text");
    }
  }

  @Test
  void loopInJavasOwnCode_isAbandonedUntilItComesBack() throws Exception {
    Text text = new Text();
    System.getProperties().put("rogue.text", text);
    try (RogueBench bench = bench("regex")) {
      BlockDevice session = bench.session();
      ByteBuffer captured = ByteBuffer.allocate(512);
      FutureTask<Void> read =
          new FutureTask<>(
              () -> {
                session.read(0, captured);
                return null;
              });
      Thread reader = new Thread(read, "captured");
      reader.setDaemon(true);
      reader.start();
      assertThat(text.read.await(20, TimeUnit.SECONDS)).isTrue();
      bench.await(info -> info.incarnation() == 2 && info.state() == CompartmentState.RUNNING);

      ByteBuffer block = ByteBuffer.allocate(512);
      session.read(0, block);
      assertThat(block.get(0)).isEqualTo((byte) 2);
      assertThat(bench.info().abandonedThreads()).isEqualTo(1);
      assertThat(read.isDone()).isFalse();
      assertThat(bench.stop().armed()).isTrue();

      text.away = true;
      read.get(20, TimeUnit.SECONDS);
      assertThat(captured.get(0)).isEqualTo((byte) 2);
      assertThat(bench.stop().armed()).isFalse();
    } finally {
      System.getProperties().remove("rogue.text");
    }
  }

  /** A text that Java's regular expressions read for ever, until it is taken away. */
  private static final class Text implements CharSequence {

    private final CountDownLatch read = new CountDownLatch(1);
    private volatile boolean away;

    @Override
    public int length() {
      return 100;
    }

    @Override
    public char charAt(int index) {
      read.countDown();
      if (away) {
        throw new IllegalStateException("taken away");
      }
      return index == 99 ? '!' : 'a';
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void plantedLoop_isEndedByTheSwitchOfItsDriver() throws Exception {
    try (RogueBench bench = new RogueBench(Crosser.class, new WovenLoader(Crosser.class), "")) {
      BlockDevice session = bench.session();
      bench.plant(InjectedFault.LOOP);
      ByteBuffer block = ByteBuffer.allocate(512);
      session.read(0, block);

      assertThat(block.get(0)).isEqualTo((byte) 2);
      assertThat(bench.faults()).extracting(FaultInfo::kind).containsExactly("loop");
      assertThat(bench.faults().get(0).trace()).contains("PlantedLoop.run");
      assertThat(bench.info().abandonedThreads()).isZero();
    }
  }

  private static RogueBench bench(String kind) throws Exception {
    return new RogueBench(Rogue.class, new WovenLoader(Rogue.class), kind);
  }
}
