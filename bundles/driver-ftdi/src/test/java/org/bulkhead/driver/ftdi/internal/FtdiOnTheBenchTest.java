package org.bulkhead.driver.ftdi.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bulkhead.device.contract.OutcomeUnknownException;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.InjectedFault;
import org.bulkhead.testkit.DriverBench;
import org.bulkhead.transport.sim.SerialPeer;
import org.bulkhead.transport.sim.SerialWire;
import org.bulkhead.transport.sim.SimFaults;
import org.bulkhead.transport.sim.SimFaults.Fault;
import org.bulkhead.transport.sim.SimFtdi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.service.serial.SerialDevice;
import org.osgi.service.serial.SerialDeviceException;
import org.osgi.service.serial.SerialPortConfiguration;

/** The driver in the real framework, on a simulated FT232R with a loop-back plug. */
class FtdiOnTheBenchTest {

  private static final int STEPS = 24;

  private final SimFtdi chip = new SimFtdi("A1", SerialPeer.loopback());

  static FtdiDriver driver() {
    return new FtdiDriver(
        new FtdiDriver.Config() {
          @Override
          public int latencyTimerMillis() {
            return 1;
          }

          @Override
          public Class<? extends Annotation> annotationType() {
            return FtdiDriver.Config.class;
          }
        });
  }

  /** Writes a word and reads until it comes back, whatever an earlier fault left before it. */
  private static void echo(OutputStream out, InputStream in, String word) throws IOException {
    out.write((word + "\n").getBytes(US_ASCII));
    StringBuilder got = new StringBuilder();
    while (got.indexOf(word + "\n") < 0) {
      int next = in.read();
      assertThat(next).isNotNegative();
      got.append((char) next);
    }
  }

  private static void script(SerialDevice port, String word)
      throws IOException, SerialDeviceException {
    port.setConfiguration(new SerialPortConfiguration(115_200));
    port.setDTR(true);
    try (OutputStream out = port.getOutputStream();
        InputStream in = port.getInputStream()) {
      echo(out, in, word);
      echo(out, in, word.repeat(200));
    }
  }

  static Stream<Integer> steps() {
    return Stream.iterate(0, step -> step < STEPS, step -> step + 1);
  }

  static Stream<Arguments> faultsAtEachStep() {
    return Stream.of(Fault.STALL, Fault.ERROR, Fault.BABBLE)
        .flatMap(fault -> steps().map(step -> Arguments.of(fault, step)));
  }

  @ParameterizedTest
  @MethodSource("faultsAtEachStep")
  void faultAtAnyStep_isToldOrMended_andThePortServesAgain(Fault fault, int step) throws Exception {
    // Not IN: its bytes may be lost with the transfer, and a reader of a loop waits for them.
    for (int endpoint : new int[] {0x00, 0x02}) {
      SimFtdi fresh = new SimFtdi("A2", SerialPeer.loopback());
      try (DriverBench bench =
          DriverBench.of(driver()).wire(wire -> wire.add(fault, endpoint, step, 1)).attach(fresh)) {
        SerialDevice port = bench.serial();
        try {
          script(port, "first");
        } catch (IOException | SerialDeviceException told) {
          assertThat(told.getMessage()).isNotBlank();
        }
        bench.wire().clear();
        script(port, "second");
        bench.awaitState(CompartmentState.RUNNING);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("steps")
  void stallAtAnyRead_losesNothingThatCameBefore(int step) throws Exception {
    try (DriverBench bench =
        DriverBench.of(driver()).wire(wire -> wire.add(Fault.STALL, 0x81, step, 1)).attach(chip)) {
      script(bench.serial(), "stalled");
      assertThat(bench.faults()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("steps")
  void unplugAtAnyStep_isToldOrWaitedOut_andTheSettingsAreThereAgain(int step) throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    try (DriverBench bench =
        DriverBench.of(driver())
            .wire(wire -> wire.add(Fault.UNPLUG, SimFaults.ANY_ENDPOINT, step, 1))
            .attach(chip)) {
      Thread person =
          new Thread(
              () -> {
                bench.await("the unplug", i -> i.state() == CompartmentState.AWAY || done.get());
                bench.replug();
              });
      person.start();
      SerialDevice port = bench.serial();
      port.setConfiguration(new SerialPortConfiguration(57_600));
      try (OutputStream out = port.getOutputStream()) {
        for (int i = 0; i < 10; i++) {
          out.write("lost or not".getBytes(US_ASCII));
        }
      } catch (OutcomeUnknownException told) {
        assertThat(told.bytesConfirmed() + told.bytesUnknown()).isEqualTo(11);
      }
      bench.wire().clear();
      done.set(true);
      person.join();
      assertThat(port.getConfiguration().getBaudRate()).isEqualTo(57_600);
      bench.await(
          "the baud rate",
          info ->
              info.state() == CompartmentState.RUNNING
                  && Math.abs(chip.settings().baudRate() - 57_600) < 600);
      script(port, "again");
      assertThat(bench.faults()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(InjectedFault.class)
  void fault_isSurvivedByOpenStreams_andBySettings(InjectedFault fault) throws Exception {
    try (DriverBench bench =
        DriverBench.of(driver()).callDeadline(Duration.ofSeconds(2)).attach(chip)) {
      SerialDevice port = bench.serial();
      port.setConfiguration(new SerialPortConfiguration(19_200));
      try (OutputStream out = port.getOutputStream();
          InputStream in = port.getInputStream()) {
        echo(out, in, "before");
        bench.plant(fault);
        try {
          echo(out, in, "during");
        } catch (OutcomeUnknownException told) {
          assertThat(told.bytesConfirmed() + told.bytesUnknown()).isEqualTo(7);
        }
        bench.awaitLife(2);
        echo(out, in, "after");
        assertThat(chip.settings().baudRate()).isBetween(19_000, 19_400);
      }
      assertThat(bench.faults()).hasSize(1);
    }
  }

  /** Sends numbered bytes to the port, and counts its output lines' changes. */
  private static final class Talker implements SerialPeer {

    private final AtomicInteger changes = new AtomicInteger();
    private SerialWire wire;
    private int next;

    @Override
    public void connected(SerialWire newWire) {
      wire = newWire;
    }

    @Override
    public void received(ByteBuffer data) {
      data.position(data.limit());
    }

    @Override
    public void lines(boolean dtr, boolean rts) {
      changes.incrementAndGet();
    }

    void say(int bytes) {
      ByteBuffer all = ByteBuffer.allocate(bytes);
      while (all.hasRemaining()) {
        all.put((byte) next++);
      }
      assertThat(wire.send(all.flip())).isEqualTo(bytes);
    }
  }

  /** More than the chip's buffer holds: the rest waits on the wire. */
  private static final int SAID = 300;

  private static void assertNext(InputStream in, int from, int bytes) throws IOException {
    byte[] expected = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      expected[i] = (byte) (from + i);
    }
    assertThat(in.readNBytes(bytes)).isEqualTo(expected);
  }

  static Stream<Consumer<DriverBench>> endsOfALife() {
    return Stream.of(
        bench -> bench.complain("restart it").awaitState(CompartmentState.BACKOFF),
        DriverBench::stopDriver);
  }

  @ParameterizedTest
  @MethodSource("endsOfALife")
  @Timeout(60)
  void whatTheChipReceivesDuringARestartOrASwap_arrives(Consumer<DriverBench> end)
      throws Exception {
    Talker talker = new Talker();
    SimFtdi talking = new SimFtdi("A3", talker);
    try (DriverBench bench =
        DriverBench.of(driver()).backoff(Duration.ofHours(1)).attach(talking)) {
      SerialDevice port = bench.serial();
      port.setConfiguration(new SerialPortConfiguration(19_200));
      try (InputStream in = port.getInputStream()) {
        talker.say(SAID);
        assertNext(in, 0, SAID);
        end.accept(bench);
        talker.say(SAID);
        assertThat(in.available()).isZero();
        if (bench.info().state() == CompartmentState.STOPPED) {
          bench.startDriver();
        } else {
          bench.restart();
        }
        bench.awaitLife(2);
        assertNext(in, SAID, SAID);
        assertThat(talking.settings().baudRate()).isBetween(19_000, 19_400);
      }
    }
  }

  @Test
  void restart_doesNotPulseTheLines_butAnUplugDoes() throws Exception {
    Talker talker = new Talker();
    try (DriverBench bench = DriverBench.attach(driver(), new SimFtdi("A4", talker))) {
      SerialDevice port = bench.serial();
      port.setDTR(true);
      port.setRTS(true);
      int before = talker.changes.get();
      bench.complain("restart it").awaitLife(2);
      assertThat(talker.changes.get()).isEqualTo(before);
      bench.unplug().replug().awaitLife(3);
      assertThat(talker.changes.get()).isGreaterThan(before);
    }
  }

  @Test
  void write_isReported_whenTheOtherSideHasIt() throws Exception {
    try (DriverBench bench = DriverBench.attach(driver(), chip)) {
      SerialDevice port = bench.serial();
      try (OutputStream out = port.getOutputStream()) {
        out.write(new byte[5000]);
        assertThat(chip.bytesReceivedByPeer()).isBetween(4800L, 5000L);
      }
    }
  }

  @Test
  void streams_areGivenOutOnce_andEndWhenClosed() throws Exception {
    try (DriverBench bench = DriverBench.attach(driver(), chip)) {
      SerialDevice port = bench.serial();
      InputStream in = port.getInputStream();
      OutputStream out = port.getOutputStream();
      assertThatThrownBy(port::getInputStream).hasMessageContaining("in use");
      assertThatThrownBy(port::getOutputStream).hasMessageContaining("in use");
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Thread reader =
          new Thread(
              () -> {
                try {
                  in.read();
                } catch (IOException closed) {
                  thrown.set(closed);
                }
              });
      reader.start();
      in.close();
      reader.join();
      assertThat(thrown.get()).hasMessageContaining("closed");
      assertThatThrownBy(in::read).hasMessageContaining("closed");
      out.close();
      out.close();
      assertThatThrownBy(() -> out.write(1)).hasMessageContaining("closed");
      script(port, "reopened");
    }
  }

  @Test
  void closing_whileTheDeviceIsAway_doesNotWaitForIt() throws Exception {
    try (DriverBench bench = DriverBench.attach(driver(), chip)) {
      SerialDevice port = bench.serial();
      InputStream in = port.getInputStream();
      bench.unplug();
      long start = System.nanoTime();
      in.close();
      assertThat(System.nanoTime() - start).isLessThan(15_000_000_000L);
      bench.replug().awaitLife(2);
      script(port, "back");
    }
  }

  @Test
  void detaching_lowersTheLines() throws Exception {
    try (DriverBench bench = DriverBench.attach(driver(), chip)) {
      SerialDevice port = bench.serial();
      port.setDTR(true);
      port.setRTS(true);
      assertThat(chip.settings().dtr()).isTrue();
      bench.stopDriver();
      assertThat(chip.settings().dtr()).isFalse();
      assertThat(chip.settings().rts()).isFalse();
    }
  }

  @Test
  void modemLines_areThoseOfThePeer_andOffWhileAway() throws Exception {
    try (DriverBench bench = DriverBench.attach(driver(), chip)) {
      SerialDevice port = bench.serial();
      assertThat(port.isCTS()).isFalse();
      port.setRTS(true);
      assertThat(port.isCTS()).isTrue();
      assertThat(port.isRTS()).isTrue();
    }
  }
}
