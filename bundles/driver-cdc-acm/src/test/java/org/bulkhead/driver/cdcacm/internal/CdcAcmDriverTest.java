package org.bulkhead.driver.cdcacm.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.bulkhead.device.serial.ModemLines;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.InjectedFault;
import org.bulkhead.testkit.DriverBench;
import org.bulkhead.transport.sim.SerialPeer;
import org.bulkhead.transport.sim.SerialSettings.Parity;
import org.bulkhead.transport.sim.SerialSettings.StopBits;
import org.bulkhead.transport.sim.SimAcm;
import org.bulkhead.transport.sim.SimDescription;
import org.bulkhead.transport.sim.SimFaults.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.osgi.service.serial.SerialConstants;
import org.osgi.service.serial.SerialDevice;
import org.osgi.service.serial.SerialDeviceException;
import org.osgi.service.serial.SerialPortConfiguration;

class CdcAcmDriverTest {

  private static final int NOTIFY = 0x81;
  private static final int IN = 0x82;
  private static final int OUT = 0x02;
  private static final int MIB = 1 << 20;

  /** Keeps what it is told. */
  private static final class Peer implements SerialPeer {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final List<String> told = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void received(ByteBuffer data) {
      while (data.hasRemaining()) {
        bytes.write(data.get());
      }
    }

    @Override
    public void lines(boolean dtr, boolean rts) {
      told.add("dtr " + dtr + " rts " + rts);
    }

    @Override
    public void breakChanged(boolean on) {
      told.add("break " + on);
    }
  }

  private final Peer peer = new Peer();
  private final SimAcm device = new SimAcm("1", peer);

  private static DriverBench bench(SimAcm device) {
    return DriverBench.attach(new CdcAcmDriver(), device);
  }

  @Test
  void attachment_claimsBothInterfacesAndSetsTheDefaults() {
    try (DriverBench bench = bench(device)) {
      assertThat(bench.serial().getConfiguration().getBaudRate()).isEqualTo(-1);
      assertThat(bench.port().claims()).containsExactlyInAnyOrder(0, 1);
      assertThat(device.settings().baudRate()).isEqualTo(9600);
      assertThat(device.settings().dtr()).isFalse();
      assertThat(bench.log()).noneMatch(line -> line.contains("asked for"));
    }
  }

  @Test
  void settings_reachTheDevice() throws Exception {
    try (DriverBench bench = bench(device)) {
      bench
          .serial()
          .setConfiguration(
              new SerialPortConfiguration(
                  115_200, 7, 0, SerialConstants.PARITY_ODD, SerialConstants.STOPBITS_1_5));
      assertThat(device.settings().baudRate()).isEqualTo(115_200);
      assertThat(device.settings().dataBits()).isEqualTo(7);
      assertThat(device.settings().parity()).isEqualTo(Parity.ODD);
      assertThat(device.settings().stopBits()).isEqualTo(StopBits.ONE_AND_A_HALF);
      bench.serial().setDTR(true);
      bench.serial().setRTS(true);
      assertThat(peer.told).containsExactly("dtr true rts false", "dtr true rts true");
    }
    assertThat(peer.told).endsWith("dtr false rts false");
  }

  @ParameterizedTest
  @CsvSource({"4000000, 8, 0", "9600, 9, 0", "9600, 8, 3"})
  void settingThatCannotBe_isUnsupportedAndTheFormerStays(int baud, int bits, int flow)
      throws Exception {
    try (DriverBench bench = bench(device)) {
      SerialDevice serial = bench.serial();
      serial.setConfiguration(new SerialPortConfiguration(19_200));
      assertThatThrownBy(
              () -> serial.setConfiguration(new SerialPortConfiguration(baud, bits, flow, 0, 1)))
          .isInstanceOfSatisfying(
              SerialDeviceException.class,
              e -> assertThat(e.getType()).isEqualTo(SerialDeviceException.UNSUPPORTED_OPERATION));
      assertThat(serial.getConfiguration().getBaudRate()).isEqualTo(19_200);
      assertThat(device.settings().baudRate()).isEqualTo(19_200);
      assertThat(bench.faults()).isEmpty();
    }
  }

  @Test
  void lines_comeByNotification() {
    try (DriverBench bench = bench(device)) {
      SerialDevice serial = bench.serial();
      assertThat(serial.isCTS()).isTrue();
      assertThat(serial.isDSR()).isFalse();
      device.lines(new ModemLines(false, true, true, false));
      await().until(serial::isDSR);
      device.lines(ModemLines.NONE);
      await().until(() -> !serial.isDSR());
      assertThat(device.notificationsTaken()).isEqualTo(2);
    }
  }

  @Test
  void notificationsInSmallPackets_areUnderstood() {
    SimDescription description =
        SimDescription.builder(0x1209, 0x0003)
            .serialNumber("2")
            .configuration(1)
            .interfaceSetting(0, 0, 0x02, 0x02, 0x00)
            .extra(4, 0x24, 0x02, 0x02)
            .endpoint(NOTIFY, TransferType.INTERRUPT, 8, 9)
            .interfaceSetting(1, 0, 0x0a, 0, 0)
            .interfaceSetting(1, 1, 0x0a, 0, 0)
            .bulk(IN)
            .bulk(OUT)
            .build();
    SimAcm other = new SimAcm(description, SerialPeer.loopback());
    try (DriverBench bench = bench(other)) {
      SerialDevice serial = bench.serial();
      other.lines(new ModemLines(false, true, false, false));
      await().until(serial::isDSR);
    }
  }

  @Test
  void bytes_passBothWaysUnharmed() throws Exception {
    byte[] sent = new byte[MIB];
    new Random(1).nextBytes(sent);
    SimAcm echo = new SimAcm("3", SerialPeer.loopback());
    try (DriverBench bench = bench(echo);
        InputStream in = bench.serial().getInputStream();
        OutputStream out = bench.serial().getOutputStream()) {
      Thread writer =
          new Thread(
              () -> {
                try {
                  out.write(sent);
                } catch (java.io.IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      writer.start();
      assertThat(in.readNBytes(MIB)).isEqualTo(sent);
      writer.join();
      assertThat(echo.bytesReceivedByPeer()).isEqualTo(MIB);
      assertThat(echo.bytesSentByPeer()).isEqualTo(MIB);
    }
  }

  @ParameterizedTest
  @CsvSource({"511, 0", "512, 1", "513, 0", "1024, 1", "5000, 0", "5120, 1"})
  void writeOfFullPackets_endsWithAnEmptyOne(int bytes, long empty) throws Exception {
    try (DriverBench bench = bench(device);
        OutputStream out = bench.serial().getOutputStream()) {
      bench.serial().setConfiguration(new SerialPortConfiguration(115_200));
      out.write(new byte[bytes]);
      await().until(() -> device.zeroLengthPackets() == empty);
      assertThat(device.bytesReceivedByPeer()).isEqualTo(bytes);
    }
  }

  @ParameterizedTest
  @EnumSource(InjectedFault.class)
  void fault_keepsSettingsAndStreams(InjectedFault fault) throws Exception {
    SimAcm echo = new SimAcm("4", SerialPeer.loopback());
    try (DriverBench bench = bench(echo)) {
      SerialDevice serial = bench.serial();
      serial.setConfiguration(new SerialPortConfiguration(57_600));
      try (InputStream in = serial.getInputStream();
          OutputStream out = serial.getOutputStream()) {
        bench.plant(fault);
        // A setting meets the fault: it is made again on the next incarnation.
        serial.setConfiguration(new SerialPortConfiguration(38_400));
        bench.awaitLife(2);
        out.write('x');
        assertThat(in.read()).isEqualTo('x');
      }
      assertThat(echo.settings().baudRate()).isEqualTo(38_400);
      assertThat(bench.port().claims()).containsExactlyInAnyOrder(0, 1);
    }
  }

  @Test
  @Timeout(60)
  void restart_losesNothingThatTheDeviceHolds_andPulsesNoLine() throws Exception {
    try (DriverBench bench =
        DriverBench.of(new CdcAcmDriver()).backoff(Duration.ofHours(1)).attach(device)) {
      SerialDevice serial = bench.serial();
      serial.setConfiguration(new SerialPortConfiguration(57_600));
      serial.setDTR(true);
      serial.setRTS(true);
      byte[] said = new byte[1000];
      new Random(2).nextBytes(said);
      try (InputStream in = serial.getInputStream()) {
        List<String> before = List.copyOf(peer.told);
        bench.complain("restart it").awaitState(CompartmentState.BACKOFF);
        assertThat(device.send(ByteBuffer.wrap(said))).isEqualTo(said.length);
        bench.restart().awaitLife(2);
        assertThat(in.readNBytes(said.length)).isEqualTo(said);
        assertThat(peer.told).isEqualTo(before);
        assertThat(device.settings().baudRate()).isEqualTo(57_600);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"129", "130", "2"})
  void stallOfAnEndpoint_isMendedOrReported(int endpoint) throws Exception {
    SimAcm echo = new SimAcm("5", SerialPeer.loopback());
    try (DriverBench bench = bench(echo);
        InputStream in = bench.serial().getInputStream();
        OutputStream out = bench.serial().getOutputStream()) {
      bench.wire().add(Fault.STALL, endpoint, 0, 1);
      echo.lines(new ModemLines(false, true, false, false));
      try {
        out.write('a');
        assertThat(in.read()).isEqualTo('a');
      } catch (java.io.IOException reported) {
        assertThat(endpoint).isEqualTo(OUT);
      }
      out.write('b');
      assertThat(in.read()).isEqualTo('b');
      assertThat(bench.faults()).isEmpty();
    }
  }

  @Test
  void unplugWithAReadUnderWay_goesOnAfterTheReplug() throws Exception {
    SimAcm echo = new SimAcm("6", SerialPeer.loopback());
    try (DriverBench bench = bench(echo);
        InputStream in = bench.serial().getInputStream();
        OutputStream out = bench.serial().getOutputStream()) {
      bench.unplug().replug().awaitState(CompartmentState.RUNNING);
      out.write('z');
      assertThat(in.read()).isEqualTo('z');
      assertThat(echo.settings().dtr()).isTrue();
    }
  }
}
