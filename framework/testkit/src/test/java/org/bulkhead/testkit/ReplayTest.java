package org.bulkhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bulkhead.device.driver.UsbDriver.Attachment.NOTHING_TO_DO;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.device.usb.ControlRequest.Recipient;
import org.bulkhead.device.usb.UsbInterface;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.FaultInfo;
import org.bulkhead.testkit.internal.Await;
import org.bulkhead.transport.sim.Handshake;
import org.bulkhead.transport.sim.ScriptedDevice;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a fault leaves on the disk, and what can be done with it. */
class ReplayTest {

  private static final Duration SECOND = Duration.ofSeconds(10);
  private static final ControlRequest ASK = ControlRequest.vendorIn(Recipient.DEVICE, 7, 1, 2);

  @TempDir Path temp;

  /** Asks by control, sends four bytes, and cannot bear an answer that begins with 13. */
  private static UsbDriver driver(int sends) {
    return context -> {
      ByteBuffer answer = ByteBuffer.allocate(4);
      context.device().control(ASK, answer, SECOND);
      UsbInterface function = context.device().claim(0);
      ByteBuffer out = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, sends);
      function.endpoint(Lab.BULK_OUT).write(out, SECOND);
      ByteBuffer in = ByteBuffer.allocate(512);
      function.endpoint(Lab.BULK_IN).read(in, SECOND);
      if (in.get(0) == 13) {
        throw new IllegalStateException("cannot bear " + in.get(1) + " of " + in.position());
      }
      return NOTHING_TO_DO;
    };
  }

  private static ScriptedDevice device() {
    int[] count = {0};
    return Lab.device()
        .onControl(
            (request, data) -> {
              data.put(new byte[] {1, 2, 3, 4});
              return Handshake.ACK;
            })
        .on(
            Lab.BULK_IN,
            packet -> {
              packet.put((byte) 13).put((byte) ++count[0]).put(new byte[packet.remaining() / 2]);
              return Handshake.ACK;
            });
  }

  /** The report of the last of two faults. */
  private Path crash() throws IOException {
    try (DriverBench bench =
        DriverBench.of(driver(0xabcd)).restarts(1).crashes(temp).attach(device())) {
      bench.awaitState(CompartmentState.QUARANTINED);
      Await.until(() -> bench.faults().size() == 2, () -> "two faults; " + bench);
      List<FaultInfo> faults = bench.faults();
      Path report = Path.of(faults.get(1).report());
      Await.until(() -> Files.exists(report), () -> "a report");
      return report;
    }
  }

  @Test
  void report_saysWhatWhereAndWhatWasDone() throws Exception {
    assertThat(crash().resolve("report.txt"))
        .content()
        .startsWith("Fault: ")
        .contains("attach: java.lang.IllegalStateException: cannot bear 2")
        .contains("What was done   quarantined")
        .contains("1209:0002, \"Bulkhead\" \"Lab\", serial number \"1\"")
        .contains("ReplayTest.lambda$driver$")
        .contains("c007010002000400 | 01020304")
        .contains("cdab0000")
        .contains("incarnation 1\n")
        .contains("incarnation 2\n")
        .contains("threads, ");
  }

  @Test
  void traceOfAFault_givesTheSameFaultAgain() throws Exception {
    try (DriverBench bench =
        DriverBench.of(driver(0xabcd)).replay(crash().resolve("trace.pcapng"))) {
      bench.awaitState(CompartmentState.AWAY);
      assertThat(bench.faults())
          .extracting(f -> f.kind() + f.message().replaceAll(" of .*", ""))
          .containsExactly(
              "attachjava.lang.IllegalStateException: cannot bear 1",
              "attachjava.lang.IllegalStateException: cannot bear 2");
    }
  }

  @Test
  void driverThatDoesSomethingElse_isToldThePacket() throws Exception {
    Path trace = crash().resolve("trace.pcapng");
    DriverBench bench = DriverBench.of(driver(0xabce)).restarts(0).replay(trace);
    Await.until(() -> !bench.faults().isEmpty(), () -> "a fault; " + bench);
    assertThat(bench.faults().get(0).message())
        .containsPattern(
            "packet \\d+: expected endpoint 0x02, 4 bytes, data cdab0000;"
                + " the driver did endpoint 0x02, 4 bytes, data ceab0000");
    assertThatThrownBy(bench::close)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("data ceab0000");
  }

  @Test
  @Tag("tshark")
  void trace_isWhatWiresharkReads() throws Exception {
    assertThat(run("tshark", "--version")).as("apt-get install tshark").contains("TShark");
    String trace = crash().resolve("trace.pcapng").toString();
    String lines =
        run(
            "tshark",
            "-r",
            trace,
            "-T",
            "fields",
            "-E",
            "separator=;",
            "-e",
            "frame.number",
            "-e",
            "usb.urb_type",
            "-e",
            "usb.transfer_type",
            "-e",
            "usb.endpoint_address",
            "-e",
            "usb.urb_status",
            "-e",
            "usb.idVendor",
            "-e",
            "usb.setup.wLength",
            "-e",
            "usb.capdata",
            "-e",
            "_ws.malformed",
            "-e",
            "frame.comment");
    assertThat(lines).doesNotContain("Malformed");
    assertThat(lines)
        .contains("'S';0x02;0x80;-115;;18;;;enumeration")
        .contains("'C';0x02;0x80;0;0x1209")
        .contains("'S';0x03;0x02;-115;;;cdab0000")
        .contains("'C';0x03;0x02;0;;;;")
        .contains("'C';0x03;0x81;0;;;0d01")
        .contains("incarnation 1 of")
        .contains("incarnation 2 of");
    assertThat(run("capinfos", "-E", "-I", trace))
        .contains("USB packets with Linux header and padding")
        .contains("Time precision = nanoseconds");
  }

  private static String run(String... command) throws Exception {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String text = new String(process.getInputStream().readAllBytes());
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      return text;
    } catch (IOException absent) {
      return "";
    }
  }

  @Test
  void oneCompartmentsBurst_leavesAsManyReportsAsFaults() throws Exception {
    crash();
    try (Stream<Path> reports = Files.list(temp)) {
      assertThat(reports).hasSize(2);
    }
  }
}
