package org.bulkhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bulkhead.device.driver.UsbDriver.Attachment.NOTHING_TO_DO;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.block.BlockGeometry;
import org.bulkhead.device.contract.DeviceSession;
import org.bulkhead.device.contract.DeviceSession.Availability;
import org.bulkhead.device.contract.DeviceUnavailableException;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.device.input.InputDescription;
import org.bulkhead.device.input.InputDevice;
import org.bulkhead.device.input.InputKind;
import org.bulkhead.device.input.InputSink;
import org.bulkhead.device.input.InputSource;
import org.bulkhead.device.input.Led;
import org.bulkhead.device.input.ReportType;
import org.bulkhead.device.serial.ModemLines;
import org.bulkhead.device.serial.SerialLine;
import org.bulkhead.device.serial.SerialPort;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.testkit.internal.Await;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.service.serial.SerialDevice;
import org.osgi.service.serial.SerialPortConfiguration;

/** That a deadline of one's own and news of restarts are to be had of every device service. */
@Timeout(60)
class EveryServiceSessionTest {

  private static final Duration BRIEF = Duration.ofMillis(50);
  private static final Duration LONG = Duration.ofHours(1);

  /** Something that an application asks of a service. */
  private interface Call<S> {
    void on(S service) throws Exception;
  }

  /** A device service, as applications get it. */
  private record Service<S>(UsbDriver driver, Class<S> type, Call<S> call) {

    S of(DriverBench bench) {
      return bench.service(type);
    }

    void callWithin(Object service, Duration patience) throws Exception {
      call.on(DeviceSession.of(service).within(type, patience));
    }

    @Override
    public String toString() {
      return type.getSimpleName();
    }
  }

  static Stream<Service<?>> services() {
    return Stream.of(
        new Service<>(BLOCKS, BlockDevice.class, BlockDevice::flush),
        new Service<>(PORT, SerialDevice.class, port -> port.getInputStream().close()),
        new Service<>(SOURCE, InputDevice.class, device -> device.setLeds(Set.of(Led.CAPS_LOCK))));
  }

  @ParameterizedTest
  @MethodSource("services")
  void within_waitsNoLongerThanItsOwnPatience(Service<?> kind) throws Exception {
    try (DriverBench bench = DriverBench.of(kind.driver()).patience(LONG).attach(Lab.device())) {
      Object service = kind.of(bench);
      kind.callWithin(service, BRIEF);
      bench.unplug();
      long begin = System.nanoTime();
      assertThatThrownBy(() -> kind.callWithin(service, BRIEF))
          .isInstanceOf(DeviceUnavailableException.class)
          .hasMessageContaining("0.0500 s")
          .hasMessageContaining("unplugged");
      assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(BRIEF.toNanos());
      bench.replug();
      kind.callWithin(service, LONG);
    }
  }

  @ParameterizedTest
  @MethodSource("services")
  void listener_hearsOfRestarts_andOfAQuarantine(Service<?> kind) throws Exception {
    List<String> heard = new CopyOnWriteArrayList<>();
    try (DriverBench bench = DriverBench.of(kind.driver()).restarts(1).attach(Lab.device())) {
      DeviceSession session = DeviceSession.of(kind.of(bench));
      bench.awaitLife(1);
      assertThat(session.availability()).isEqualTo(Availability.AVAILABLE);
      DeviceSession.Listening listening = session.listen((now, why) -> heard.add(now + " " + why));
      session.complain("once");
      bench.awaitLife(2);
      Await.until(() -> heard.size() == 2, () -> "a restart: " + heard);
      session.complain("twice");
      bench.awaitState(CompartmentState.QUARANTINED);
      Await.until(() -> heard.size() >= 4, () -> "a quarantine: " + heard);
      listening.close();
      assertThat(session.availability()).isEqualTo(Availability.REFUSED);
      assertThat(heard.get(0)).startsWith("WAITING ");
      assertThat(heard.get(1)).isEqualTo("AVAILABLE ");
      assertThat(heard.get(heard.size() - 1)).startsWith("REFUSED ").contains("twice");
      assertThat(bench.faults()).allMatch(fault -> fault.kind().equals("complaint")).hasSize(2);
    }
  }

  @ParameterizedTest
  @MethodSource("services")
  void within_ofAnotherType_isRefused(Service<?> kind) throws Exception {
    try (DriverBench bench = DriverBench.attach(kind.driver(), Lab.device())) {
      DeviceSession session = DeviceSession.of(kind.of(bench));
      assertThatThrownBy(() -> session.within(Runnable.class, BRIEF))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("java.lang.Runnable");
      assertThatThrownBy(() -> session.within(kind.type(), Duration.ofMillis(-1)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  // ---- serial ports --------------------------------------------------------------------------

  private static SerialDevice brief(DriverBench bench) {
    return DeviceSession.of(bench.serial()).within(SerialDevice.class, BRIEF);
  }

  private static AtomicReference<Throwable> failureOf(Thread[] thread, Call<Void> call) {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    thread[0] =
        new Thread(
            () -> {
              try {
                call.on(null);
              } catch (Exception thrown) {
                failure.set(thrown);
              }
            });
    thread[0].start();
    return failure;
  }

  @Test
  void streams_haveThePatienceOfTheirView() throws Exception {
    try (DriverBench bench = DriverBench.of(PORT).patience(LONG).attach(Lab.device())) {
      SerialDevice brief = brief(bench);
      try (InputStream in = brief.getInputStream();
          OutputStream out = brief.getOutputStream()) {
        out.write(1);
        bench.unplug();
        assertThatThrownBy(in::read)
            .isInstanceOf(DeviceUnavailableException.class)
            .hasMessageContaining("0.0500 s");
        assertThatThrownBy(() -> out.write(1))
            .isInstanceOf(DeviceUnavailableException.class)
            .hasMessageContaining("0.0500 s");
        assertThatThrownBy(() -> brief.setConfiguration(new SerialPortConfiguration(9600)))
            .hasCauseInstanceOf(DeviceUnavailableException.class);
        bench.replug();
      }
      // The same user by another view.
      bench.awaitLife(2).serial().setConfiguration(new SerialPortConfiguration(19_200));
      assertThat(brief.getConfiguration().getBaudRate()).isEqualTo(19_200);
    }
  }

  @Test
  void opening_whileAnotherWaitsForTheDevice_waitsNoLongerThanItsOwnPatience() throws Exception {
    Thread[] patient = new Thread[1];
    try (DriverBench bench = DriverBench.of(PORT).patience(LONG).attach(Lab.device())) {
      SerialDevice port = bench.serial();
      SerialDevice brief = brief(bench);
      bench.unplug();
      AtomicReference<Throwable> failure = failureOf(patient, none -> port.getInputStream());
      Await.until(
          () -> patient[0].getState() == Thread.State.TIMED_WAITING, () -> "it to wait: " + port);
      assertThatThrownBy(brief::getOutputStream)
          .isInstanceOf(DeviceUnavailableException.class)
          .hasMessageContaining("busy");
      bench.replug();
      patient[0].join();
      assertThat(failure.get()).isNull();
    }
  }

  @Test
  void read_failsAtOnce_whenThereIsNoDriverToWaitFor() throws Exception {
    Thread[] reader = new Thread[1];
    try (DriverBench bench = DriverBench.of(PORT).restarts(0).patience(LONG).attach(Lab.device())) {
      InputStream in = bench.serial().getInputStream();
      AtomicReference<Throwable> failure = failureOf(reader, none -> in.read());
      bench.awaitLife(1).complain("deaf").awaitState(CompartmentState.QUARANTINED);
      reader[0].join();
      assertThat(failure.get())
          .isInstanceOf(DeviceUnavailableException.class)
          .hasMessageContaining("deaf")
          .hasMessageContaining("driver:release");
    }
  }

  // ---- drivers of nothing --------------------------------------------------------------------

  private static final UsbDriver BLOCKS =
      context -> {
        context.publish(
            BlockDevice.class,
            "0",
            new BlockDevice() {
              @Override
              public BlockGeometry geometry() {
                return new BlockGeometry(512, 1);
              }

              @Override
              public void read(long block, ByteBuffer destination) {
                destination.position(destination.limit());
              }

              @Override
              public void write(long block, ByteBuffer source) {
                source.position(source.limit());
              }

              @Override
              public void flush() {}
            },
            Map.of());
        return NOTHING_TO_DO;
      };

  private static final UsbDriver PORT =
      context -> {
        context.publish(SerialPort.class, "0", new Port(), Map.of());
        return NOTHING_TO_DO;
      };

  /** A port on whose line nobody ever says anything. */
  private static final class Port implements SerialPort {

    private SerialLine line;

    @Override
    public void connect(SerialLine next) {
      line = next;
    }

    @Override
    public void configure(SerialPortConfiguration configuration) {}

    @Override
    public void setDtr(boolean on) {}

    @Override
    public void setRts(boolean on) {}

    @Override
    public void setBreak(boolean on) {}

    @Override
    public ModemLines modemLines() {
      return ModemLines.NONE;
    }

    @Override
    public int write(ByteBuffer source) {
      int bytes = source.remaining();
      source.position(source.limit());
      line.sent(bytes);
      return bytes;
    }

    @Override
    public void purge() {}
  }

  private static final UsbDriver SOURCE =
      context -> {
        context.publish(
            InputSource.class,
            "0",
            new InputSource() {
              @Override
              public void connect(InputSink sink) {}

              @Override
              public InputDescription describe() {
                return new InputDescription(
                    "keys",
                    0x1209,
                    0x0002,
                    Set.of(InputKind.KEYBOARD),
                    List.of(),
                    Set.of(Led.CAPS_LOCK),
                    List.of());
              }

              @Override
              public void setLeds(Set<Led> on) {}

              @Override
              public byte[] getReport(ReportType type, int id) {
                return new byte[0];
              }

              @Override
              public void setReport(ReportType type, int id, byte[] data) throws IOException {}
            },
            Map.of());
        return NOTHING_TO_DO;
      };
}
