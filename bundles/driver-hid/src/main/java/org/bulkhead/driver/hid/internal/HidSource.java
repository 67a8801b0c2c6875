package org.bulkhead.driver.hid.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.bulkhead.device.input.InputDescription;
import org.bulkhead.device.input.InputKind;
import org.bulkhead.device.input.InputSink;
import org.bulkhead.device.input.InputSource;
import org.bulkhead.device.input.Led;
import org.bulkhead.device.input.ReportInfo;
import org.bulkhead.device.input.ReportType;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.device.usb.Endpoint;
import org.bulkhead.device.usb.UsbDevice;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.UsbInterface;
import org.bulkhead.device.usb.descriptor.Direction;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.bulkhead.driver.hid.internal.ReportDescriptor.Report;

/** One HID interface: input by a reader, everything else by requests. */
final class HidSource implements InputSource {

  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private final UsbDevice device;
  private final int number;
  private final InterfaceDescriptor descriptor;
  private final ReportDescriptor reports;

  /** Whether the device keeps its report descriptor to itself. */
  private boolean boot;

  private final ReportReader reader;

  /** For output reports; null where they go by SET_REPORT. */
  private final Endpoint out;

  /**
   * Fetches the report descriptor and allocates transfers.
   *
   * @param claimed the interface
   */
  HidSource(UsbDevice device, UsbInterface claimed) throws UsbException {
    this.device = device;
    number = claimed.descriptor().number();
    descriptor = claimed.descriptor();
    reports = ReportDescriptorParser.parse(fetch());
    reader =
        new ReportReader(
            claimed.endpoint(TransferType.INTERRUPT, Direction.IN),
            reports.longestBytes(ReportType.INPUT),
            new ReportDecoder(reports));
    out =
        claimed.descriptor().endpoint(TransferType.INTERRUPT, Direction.OUT).isPresent()
            ? claimed.endpoint(TransferType.INTERRUPT, Direction.OUT)
            : null;
  }

  private byte[] fetch() throws UsbException {
    ByteBuffer bytes = ByteBuffer.allocate(HidDescriptor.of(descriptor).reportLengthBytes());
    try {
      int moved = device.control(HidProtocol.reportDescriptor(number), bytes, TIMEOUT);
      return Arrays.copyOf(bytes.array(), moved);
    } catch (UsbException refused) {
      if (refused.kind() != Kind.STALL) {
        throw refused;
      }
      boot = true;
      return BootProtocol.reportDescriptor(descriptor)
          .orElseThrow(
              () ->
                  new UsbException(
                      Kind.INVALID,
                      "%s refuses to hand out the report descriptor of interface %d"
                          .formatted(device.identity(), number)));
    }
  }

  /** Makes the device speak its protocol, on changes only. Either may be refused. */
  void prepare() throws UsbException {
    if (BootProtocol.isSpokenBy(descriptor)) {
      ask(HidProtocol.setProtocol(number, boot));
    }
    ask(HidProtocol.setIdle(number));
  }

  private void ask(ControlRequest request) throws UsbException {
    try {
      device.control(request, ByteBuffer.allocate(0), TIMEOUT);
    } catch (UsbException refused) {
      if (refused.kind() != Kind.STALL) {
        throw refused;
      }
    }
  }

  @Override
  public void connect(InputSink sink) throws IOException {
    reader.connect(sink);
  }

  @Override
  public InputDescription describe() {
    return new InputDescription(
        device.product(),
        device.identity().vendorId(),
        device.identity().productId(),
        kinds(),
        reports.applications(),
        lights(),
        reports.reports().stream()
            .map(report -> new ReportInfo(report.type(), report.id(), report.lengthBytes()))
            .toList());
  }

  Set<InputKind> kinds() {
    EnumSet<InputKind> kinds = EnumSet.noneOf(InputKind.class);
    for (int application : reports.applications()) {
      kinds.add(
          ReportDescriptor.hasKeys(application)
              ? InputKind.KEYBOARD
              : ReportDescriptor.points(application) ? InputKind.POINTER : InputKind.OTHER);
    }
    return kinds.isEmpty() ? EnumSet.of(InputKind.OTHER) : kinds;
  }

  private Set<Led> lights() {
    EnumSet<Led> lights = EnumSet.noneOf(Led.class);
    for (Report report : outputs()) {
      lights.addAll(LedReport.lights(report));
    }
    return lights;
  }

  private List<Report> outputs() {
    return reports.reports().stream().filter(r -> r.type() == ReportType.OUTPUT).toList();
  }

  @Override
  public void setLeds(Set<Led> on) throws IOException {
    for (Report report : outputs()) {
      if (!LedReport.lights(report).isEmpty()) {
        send(report, LedReport.bytes(report, on));
      }
    }
  }

  @Override
  public byte[] getReport(ReportType type, int id) throws IOException {
    Report report = declared(type, id);
    ByteBuffer bytes = ByteBuffer.allocate(report.lengthBytes() + prefixBytes());
    int moved = device.control(HidProtocol.getReport(number, type, id), bytes, TIMEOUT);
    return Arrays.copyOfRange(bytes.array(), Math.min(prefixBytes(), moved), moved);
  }

  @Override
  public void setReport(ReportType type, int id, byte[] data) throws IOException {
    Report report = declared(type, id);
    if (data.length != report.lengthBytes()) {
      throw new UsbException(
          Kind.INVALID,
          "%s: %s report %d has %d bytes, not %d"
              .formatted(device.identity(), type, id, report.lengthBytes(), data.length));
    }
    send(report, data);
  }

  private Report declared(ReportType type, int id) throws UsbException {
    return reports
        .report(type, id)
        .orElseThrow(
            () ->
                new UsbException(
                    Kind.INVALID,
                    "%s declares no %s report %d".formatted(device.identity(), type, id)));
  }

  private void send(Report report, byte[] data) throws UsbException {
    ByteBuffer bytes = ByteBuffer.allocate(prefixBytes() + data.length);
    if (reports.numbered()) {
      bytes.put((byte) report.id());
    }
    bytes.put(data).flip();
    if (out != null && report.type() == ReportType.OUTPUT) {
      out.write(bytes, TIMEOUT);
    } else {
      device.control(HidProtocol.setReport(number, report.type(), report.id()), bytes, TIMEOUT);
    }
  }

  private int prefixBytes() {
    return reports.numbered() ? 1 : 0;
  }
}
