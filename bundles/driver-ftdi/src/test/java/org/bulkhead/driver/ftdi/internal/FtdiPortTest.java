package org.bulkhead.driver.ftdi.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bulkhead.device.usb.TransferStatus.CANCELLED;
import static org.bulkhead.device.usb.TransferStatus.COMPLETED;
import static org.bulkhead.device.usb.TransferStatus.DISCONNECTED;
import static org.bulkhead.device.usb.TransferStatus.FAULT;
import static org.bulkhead.device.usb.TransferStatus.STALL;
import static org.bulkhead.device.usb.TransferStatus.TIMEOUT;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bulkhead.device.serial.ModemLines;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.service.serial.SerialPortConfiguration;

class FtdiPortTest {

  private final MemoryDevice device = new MemoryDevice(0x0600, 0, 64);
  private final MemoryLine line = new MemoryLine();
  private final List<SerialPortConfiguration> configured = new ArrayList<>();
  private final List<Throwable> failures = new ArrayList<>();
  private FtdiPort port;

  @BeforeEach
  void prepare() throws Exception {
    port = new FtdiPort(device, device, FtdiChip.FT232R, configured::add, failures::add);
    port.prepare(16);
  }

  @Test
  void preparation_resetsAndAppliesTheDefaults() {
    assertThat(device.requests)
        .containsExactly(
            out(0, 0, 0), out(9, 16, 0), out(3, 0x4138, 0), out(4, 0x0008, 0), out(2, 0, 0));
    assertThat(device.in.inFlight()).isZero();
  }

  @Test
  void resumption_appliesWhatWasThere_andResetsNothing() throws Exception {
    device.requests.clear();
    port.resume(16, new SerialPortConfiguration(115_200));
    assertThat(device.requests)
        .containsExactly(out(9, 16, 0), out(3, 0x001a, 0), out(4, 0x0008, 0), out(2, 0, 0));
  }

  @Test
  void configuration_isToldOnceTheChipHasTakenIt() throws Exception {
    configured.clear();
    SerialPortConfiguration taken = new SerialPortConfiguration(19_200);
    port.configure(taken);
    device.refuses = request -> request.request() == 4 && (request.value() & 0x700) == 0x300;
    assertThatThrownBy(() -> port.configure(new SerialPortConfiguration(19_200, 8, 0, 3, 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(configured).containsExactly(taken);
  }

  @Test
  void configuration_isSentWhole() throws Exception {
    device.requests.clear();
    port.configure(new SerialPortConfiguration(115_200, 7, 12, 2, 2));
    assertThat(device.requests)
        .containsExactly(out(3, 0x001a, 0), out(4, 0x1207, 0), out(2, 0x1311, 0x0400));
  }

  @Test
  void unsupportedConfiguration_sendsNothing() {
    device.requests.clear();
    assertThatThrownBy(() -> port.configure(new SerialPortConfiguration(115_200, 5, 0, 0, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("data bits 5");
    assertThat(device.requests).isEmpty();
  }

  @Test
  void configurationThatTheChipRefuses_leavesTheFormerInForce() {
    device.requests.clear();
    device.refuses = request -> request.request() == 4 && (request.value() & 0x700) == 0x300;
    assertThatThrownBy(() -> port.configure(new SerialPortConfiguration(19_200, 8, 0, 3, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("parity 3");
    assertThat(device.requests).endsWith(out(3, 0x4138, 0), out(4, 0x0008, 0), out(2, 0, 0));
  }

  @Test
  void break_isKeptByALaterConfiguration() throws Exception {
    device.requests.clear();
    port.setBreak(true);
    port.configure(new SerialPortConfiguration(9600));
    port.setBreak(false);
    assertThat(device.requests)
        .filteredOn(request -> request.request() == 4)
        .containsExactly(out(4, 0x4008, 0), out(4, 0x4008, 0), out(4, 0x0008, 0));
  }

  @Test
  void lines_areSetOneByOneAndLoweredTogether() throws Exception {
    device.requests.clear();
    port.setDtr(true);
    port.setRts(true);
    port.hangUp();
    assertThat(device.requests)
        .containsExactly(out(1, 0x0101, 0), out(1, 0x0202, 0), out(1, 0x0300, 0));
  }

  @Test
  void modemLines_areAskedFor() throws Exception {
    device.modemStatus = new byte[] {(byte) 0x91, 0x60};
    assertThat(port.modemLines()).isEqualTo(new ModemLines(true, false, true, false));
  }

  @Test
  void modemLines_takeTheSingleByteOfAnAm() throws Exception {
    device.modemStatus = new byte[] {0x20};
    assertThat(port.modemLines()).isEqualTo(new ModemLines(false, true, false, false));
  }

  @Test
  void modemLinesWithoutAnAnswer_areAnError() {
    device.modemStatus = new byte[0];
    assertThatThrownBy(port::modemLines)
        .isInstanceOfSatisfying(
            UsbException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID));
  }

  @Test
  void received_comesInOrderWithoutStatusBytes() throws Exception {
    port.connect(line);
    int inFlight = device.in.inFlight();
    assertThat(inFlight).isGreaterThan(1);

    device.in.deliver(COMPLETED, 1, 0x60);
    device.in.deliver(COMPLETED, 1, 0x60, 'a', 'b');
    device.in.deliver(COMPLETED, 1, 0x60, 'c');

    assertThat(line.received).hasToString("abc");
    assertThat(device.in.inFlight()).isEqualTo(inFlight);
  }

  @Test
  void lineErrors_areReportedBeforeTheirBytes() throws Exception {
    port.connect(line);
    device.in.deliver(COMPLETED, 1, 0x6a, 'x');
    assertThat(line.events).containsExactly("OVERRUN", "FRAMING_ERROR");
    assertThat(line.received).hasToString("x");
  }

  @Test
  void lineWithoutRoom_stopsReadingAndLosesNothing() throws Exception {
    port.connect(line);
    int transfers = device.in.inFlight();
    line.room = 1;
    device.in.deliver(COMPLETED, 1, 0x60, 'a', 'b');
    for (int i = 1; i < transfers; i++) {
      device.in.deliver(COMPLETED, 1, 0x60, 'b' + i);
    }
    assertThat(line.received).hasToString("a");
    assertThat(device.in.inFlight()).isZero();
    assertThat(line.waiting).hasSize(1);

    line.makeRoom(2);
    assertThat(line.received).hasToString("abc");
    line.makeRoom(100);
    assertThat(line.received).hasToString("abcde");
    assertThat(device.in.inFlight()).isEqualTo(transfers);
    assertThat(line.waiting).isEmpty();
  }

  @Test
  void failureWhenRoomIsBack_endsTheIncarnation() throws Exception {
    port.connect(line);
    line.room = 0;
    device.in.deliver(COMPLETED, 1, 0x60, 'a');
    device.in.submitFails = new UsbException(Kind.DISCONNECTED, "gone");
    line.makeRoom(1);
    assertThat(failures).containsExactly(device.in.submitFails);
  }

  @Test
  void stalledIn_isClearedOnceNothingIsInFlightAndGoesOn() throws Exception {
    port.connect(line);
    int transfers = device.in.inFlight();
    device.in.deliver(STALL, 1, 0x60, 'a');
    assertThat(device.in.haltsCleared).isZero();

    // What completed before the cancel reached it still counts.
    device.in.deliver(COMPLETED, 1, 0x60, 'b');
    device.in.deliver(CANCELLED, 1, 0x60, 'c');
    device.in.settle();

    assertThat(device.in.haltsCleared).isOne();
    assertThat(line.received).hasToString("abc");
    assertThat(device.in.inFlight()).isEqualTo(transfers);
  }

  @Test
  void inThatStallsForGood_isAFault() throws Exception {
    port.connect(line);
    for (int i = 0; i < 3; i++) {
      device.in.deliver(STALL);
      device.in.settle();
    }
    assertThatThrownBy(() -> device.in.deliver(STALL))
        .isInstanceOfSatisfying(
            UsbException.class, e -> assertThat(e.kind()).isEqualTo(Kind.STALL));
  }

  @Test
  void stallWithoutRoom_isClearedAndReadingWaitsForRoom() throws Exception {
    port.connect(line);
    int transfers = device.in.inFlight();
    line.room = 0;
    device.in.deliver(COMPLETED, 1, 0x60, 'a');
    device.in.deliver(STALL);
    device.in.settle();
    assertThat(device.in.haltsCleared).isOne();
    assertThat(device.in.inFlight()).isZero();

    line.makeRoom(10);
    assertThat(line.received).hasToString("a");
    assertThat(device.in.inFlight()).isEqualTo(transfers);
  }

  @Test
  void timedOutRead_keepsItsBytesAndGoesOn() throws Exception {
    port.connect(line);
    int transfers = device.in.inFlight();
    device.in.deliver(TIMEOUT, 1, 0x60, 'a');
    assertThat(line.received).hasToString("a");
    assertThat(device.in.inFlight()).isEqualTo(transfers);
  }

  @Test
  void unplugOrForeignReset_endsTheIncarnation() throws Exception {
    port.connect(line);
    assertThatThrownBy(() -> device.in.deliver(DISCONNECTED))
        .isInstanceOfSatisfying(
            UsbException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DISCONNECTED));
    assertThatThrownBy(() -> device.in.deliver(CANCELLED))
        .isInstanceOfSatisfying(
            UsbException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CANCELLED));
  }

  @Test
  void disconnection_dropsWhatIsInFlightAndHeld() throws Exception {
    port.connect(line);
    line.room = 0;
    device.in.deliver(COMPLETED, 1, 0x60, 'a');
    port.connect(null);
    device.in.deliver(COMPLETED, 1, 0x60, 'b');
    device.in.settle();
    line.makeRoom(100);
    assertThat(line.received).isEmpty();
    assertThat(device.in.inFlight()).isZero();
  }

  @Test
  void newLine_getsOnlyWhatWasReadForIt() throws Exception {
    port.connect(line);
    int transfers = device.in.inFlight();
    MemoryLine second = new MemoryLine();
    port.connect(null);
    device.in.deliver(COMPLETED, 1, 0x60, 'a');
    port.connect(second);
    device.in.settle();
    assertThat(device.in.inFlight()).isEqualTo(transfers);
    device.in.deliver(COMPLETED, 1, 0x60, 'b');
    assertThat(line.received).isEmpty();
    assertThat(second.received).hasToString("b");
  }

  @Test
  void purge_dropsBytesHeldForALineWithoutRoom() throws Exception {
    port.connect(line);
    int transfers = device.in.inFlight();
    line.room = 0;
    device.in.deliver(COMPLETED, 1, 0x60, 'a');
    device.requests.clear();
    port.purge();
    assertThat(device.requests).containsExactly(out(0, 1, 0), out(0, 2, 0));
    line.makeRoom(100);
    assertThat(line.received).isEmpty();
    assertThat(device.in.inFlight()).isEqualTo(transfers);
  }

  @Test
  void write_takesWhatFitsAndReportsEachByte() throws Exception {
    port.configure(new SerialPortConfiguration(115_200));
    port.connect(line);
    ByteBuffer source = ByteBuffer.allocate(10_000);
    int taken = port.write(source);
    assertThat(taken).isEqualTo(source.position()).isEqualTo(4 * 1024);
    assertThat(port.write(source)).isZero();

    device.out.take(COMPLETED, 1024);
    assertThat(line.events).containsExactly("sent 1024");
    assertThat(port.write(source)).isEqualTo(1024);
  }

  @Test
  void write_sendsTheBytesInOrder() throws Exception {
    port.connect(line);
    String text = "The quick brown fox jumps over the lazy dog. ".repeat(10);
    ByteBuffer source = ByteBuffer.wrap(text.getBytes(ISO_8859_1)).asReadOnlyBuffer();
    StringBuilder sent = new StringBuilder();
    while (port.write(source) > 0 || device.out.inFlight() > 0) {
      int length = device.out.flying.peek().data().remaining();
      sent.append(new String(device.out.take(COMPLETED, length), ISO_8859_1));
    }
    assertThat(sent).hasToString(text);
  }

  @Test
  void slowLine_getsShortTransfers() throws Exception {
    port.configure(new SerialPortConfiguration(300));
    port.connect(line);
    port.write(ByteBuffer.allocate(1000));
    assertThat(device.out.flying.peek().data().remaining()).isEqualTo(64);
  }

  @Test
  void failedSubmission_takesNothing() throws Exception {
    port.connect(line);
    device.out.submitFails = new UsbException(Kind.DISCONNECTED, "gone");
    ByteBuffer source = ByteBuffer.allocate(10);
    assertThatThrownBy(() -> port.write(source)).isSameAs(device.out.submitFails);
    assertThat(source.position()).isZero();
  }

  @Test
  void stalledOut_reportsAllBehindItAsFailedAndIsUsableAgain() throws Exception {
    port.connect(line);
    port.write(ByteBuffer.allocate(400));
    device.out.take(STALL, 64);
    assertThat(port.write(ByteBuffer.allocate(1))).isZero();
    device.out.settle();
    assertThat(line.events)
        .containsExactly("sent 64", "failed 176 transfer: STALL", "failed 160 transfer: CANCELLED");
    assertThat(device.out.haltsCleared).isOne();
    assertThat(port.write(ByteBuffer.allocate(1))).isOne();
  }

  @Test
  void writeThatIsTakenBack_isReportedAsFarAsItWent_andThePortIsUsableAgain() throws Exception {
    port.connect(line);
    port.write(ByteBuffer.allocate(400));
    port.cancelWrites();
    device.out.take(CANCELLED, 64);
    device.out.settle();
    assertThat(line.events)
        .containsExactly(
            "sent 64", "failed 176 transfer: CANCELLED", "failed 160 transfer: CANCELLED");
    assertThat(port.write(ByteBuffer.allocate(1))).isOne();
    // Cancelled by somebody else.
    assertThatThrownBy(() -> device.out.take(CANCELLED, 0)).isInstanceOf(UsbException.class);
  }

  @Test
  void failedWrite_isReportedAndEndsTheIncarnation() throws Exception {
    port.connect(line);
    port.write(ByteBuffer.allocate(10));
    assertThatThrownBy(() -> device.out.take(FAULT, 3)).isInstanceOf(UsbException.class);
    assertThat(line.events).containsExactly("sent 3", "failed 7 transfer: FAULT");
  }

  @Test
  void shortWrite_isReported() throws Exception {
    port.connect(line);
    port.write(ByteBuffer.allocate(10));
    device.out.take(COMPLETED, 3);
    assertThat(line.events).hasSize(2).first().isEqualTo("sent 3");
    assertThat(line.events.get(1)).startsWith("failed 7");
  }

  @Test
  void writesOfAnEarlierConnection_areNotReportedToTheNext() throws Exception {
    port.connect(line);
    port.write(ByteBuffer.allocate(10));
    MemoryLine second = new MemoryLine();
    port.connect(null);
    port.connect(second);
    port.write(ByteBuffer.allocate(5));
    device.out.settle();
    device.out.take(COMPLETED, 5);
    assertThat(line.events).isEmpty();
    assertThat(second.events).containsExactly("sent 5");
  }

  @Test
  void steadyState_reusesItsTransfers() throws Exception {
    port.connect(line);
    int allocated = device.in.allocated.size() + device.out.allocated.size();
    for (int i = 0; i < 1000; i++) {
      device.in.deliver(COMPLETED, 1, 0x60, 'a');
      port.write(ByteBuffer.allocate(1));
      device.out.take(COMPLETED, 1);
    }
    assertThat(device.in.allocated.size() + device.out.allocated.size()).isEqualTo(allocated);
  }

  private static ControlRequest out(int request, int value, int index) {
    return new ControlRequest(0x40, request, value, index);
  }
}
