package org.bulkhead.driver.massstorage.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.device.usb.DeviceIdentity;
import org.bulkhead.device.usb.Endpoint;
import org.bulkhead.device.usb.Transfer;
import org.bulkhead.device.usb.TransferHandler;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbDevice;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.UsbInterface;
import org.bulkhead.device.usb.UsbSpeed;
import org.bulkhead.device.usb.descriptor.ConfigurationDescriptor;
import org.bulkhead.device.usb.descriptor.Direction;
import org.bulkhead.device.usb.descriptor.EndpointDescriptor;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.bulkhead.device.usb.descriptor.UsbDescriptors;

/**
 * A stick in memory, strict about Bulk-Only Transport: out of step it stalls everything until Reset
 * Recovery (section 6.6.1). Each bus operation is a numbered step at which a fault can be put.
 *
 * <p>Stands in until the simulated transport can be driven from here.
 */
final class FakeStick implements UsbDevice, UsbInterface {

  static final int PACKET_BYTES = 512;

  private enum Phase {
    COMMAND,
    DATA_IN,
    DATA_OUT,
    STATUS
  }

  /** What happened on the bus, one word a step. */
  final List<String> steps = new ArrayList<>();

  /** What goes wrong, by number of the step. */
  final Map<Integer, Kind> faults = new HashMap<>();

  /** What becomes of the next statuses, first in first out. */
  final Deque<UnaryOperator<byte[]>> statuses = new ArrayDeque<>();

  /** Applied to each status after those. */
  UnaryOperator<byte[]> everyStatus = UnaryOperator.identity();

  final List<FakeUnit> units = new ArrayList<>();
  int maxLunAnswer = -1;
  boolean knowsReset = true;
  boolean stallsFailures = true;

  /** As QEMU's device does: a command that fails sends as many zeros as it was asked for. */
  boolean padsFailures;

  private final FakeEndpoint in = new FakeEndpoint(0x81);
  private final FakeEndpoint out = new FakeEndpoint(0x02);
  private Phase phase = Phase.COMMAND;
  private boolean lost;
  private boolean gone;
  private int tag;
  private int expectedBytes;
  private FakeUnit unit;
  private byte[] command;
  private byte[] answer;
  private int residue;
  private boolean padding;
  private boolean passed;

  FakeStick(FakeUnit... units) {
    this.units.addAll(List.of(units));
  }

  BulkOnlyTransport transport() throws UsbException {
    return new BulkOnlyTransport("stick", new ClassRequests(this, 3), this);
  }

  private void step(String what) throws UsbException {
    int number = steps.size();
    steps.add(what);
    Kind kind = faults.get(number);
    gone |= kind == Kind.DISCONNECTED;
    if (gone) {
      throw new UsbException(Kind.DISCONNECTED, "gone at step " + number);
    }
    if (kind != null) {
      throw new UsbException(kind, kind + " at step " + number + " " + what);
    }
  }

  @Override
  public int control(ControlRequest request, ByteBuffer data, Duration timeout)
      throws UsbException {
    step(request.request() == 0xff ? "reset" : "max-lun");
    if (request.requestType() == 0xa1 && request.request() == 0xfe) {
      if (maxLunAnswer < 0) {
        throw new UsbException(Kind.STALL, "no GET MAX LUN");
      }
      data.put((byte) maxLunAnswer);
      return 1;
    }
    if (request.requestType() != 0x21 || request.request() != 0xff || request.index() != 3) {
      throw new UsbException(Kind.STALL, "unknown request " + request);
    }
    phase = Phase.COMMAND;
    lost = false;
    if (!knowsReset) {
      throw new UsbException(Kind.STALL, "unknown request " + request);
    }
    return 0;
  }

  private int receive(Transfer transfer) throws UsbException {
    ByteBuffer data = transfer.data();
    try {
      step("in" + data.remaining());
    } catch (UsbException e) {
      if (e.kind() == Kind.STALL) {
        in.halted = true;
        abandonData();
      }
      throw e;
    }
    if (lost || in.halted || phase == Phase.COMMAND || phase == Phase.DATA_OUT) {
      in.halted = true;
      throw new UsbException(Kind.STALL, "IN out of step");
    }
    byte[] bytes = phase == Phase.STATUS ? status() : dataIn();
    if (bytes.length > data.remaining()) {
      lost = true;
      throw new UsbException(Kind.OVERFLOW, "babble");
    }
    int moved = bytes.length;
    data.put(bytes).flip();
    if (phase == Phase.DATA_IN && moved == 0 && expectedBytes > 0) {
      in.halted = true;
      phase = Phase.STATUS;
      throw new UsbException(Kind.STALL, "no data");
    }
    boolean statusSent = phase == Phase.STATUS && moved > 0;
    phase = statusSent ? Phase.COMMAND : Phase.STATUS;
    return moved;
  }

  private byte[] dataIn() {
    if (padding) {
      return new byte[expectedBytes];
    }
    residue = expectedBytes - answer.length;
    return answer;
  }

  private byte[] status() {
    ByteBuffer csw = ByteBuffer.allocate(Csw.LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    csw.putInt(Csw.SIGNATURE).putInt(tag).putInt(residue).put((byte) (passed ? 0 : 1));
    byte[] bytes = everyStatus.apply(csw.array());
    return statuses.isEmpty() ? bytes : statuses.poll().apply(bytes);
  }

  private int send(Transfer transfer) throws UsbException {
    ByteBuffer data = transfer.data();
    int length = data.remaining();
    try {
      step("out" + length);
    } catch (UsbException e) {
      if (e.kind() == Kind.STALL) {
        out.halted = true;
        abandonData();
      }
      throw e;
    }
    if (out.halted) {
      throw new UsbException(Kind.STALL, "OUT halted");
    }
    if (lost || phase == Phase.DATA_IN || phase == Phase.STATUS) {
      out.halted = true;
      lost = true;
      throw new UsbException(Kind.STALL, "OUT out of step");
    }
    byte[] bytes = new byte[length];
    data.get(bytes);
    if (phase == Phase.COMMAND) {
      begin(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    } else {
      passed = unit.write(command, bytes);
      residue = expectedBytes - length;
      phase = Phase.STATUS;
    }
    return length;
  }

  /** A stall in the data: the unit gives the command up. A stall of the status loses nothing. */
  private void abandonData() {
    if (phase == Phase.DATA_IN || phase == Phase.DATA_OUT) {
      unit.senses.addFirst(new Sense(0x0b, 0, 0));
      passed = false;
      residue = expectedBytes;
      phase = Phase.STATUS;
    } else if (phase == Phase.COMMAND) {
      lost = true;
    }
  }

  private void begin(ByteBuffer cbw) throws UsbException {
    boolean valid = cbw.limit() == Cbw.LENGTH_BYTES && cbw.getInt(0) == Cbw.SIGNATURE;
    if (!valid || cbw.get(13) >= units.size()) {
      lost = true;
      throw new UsbException(Kind.STALL, "invalid command wrapper");
    }
    tag = cbw.getInt(4);
    expectedBytes = cbw.getInt(8);
    residue = 0;
    unit = units.get(cbw.get(13));
    command = new byte[cbw.get(14)];
    cbw.get(15, command);
    answer = unit.answer(command);
    passed = answer != null;
    boolean isIn = cbw.get(12) != 0;
    padding = isIn && !passed && padsFailures;
    if (answer == null) {
      answer = new byte[0];
      residue = expectedBytes;
    }
    phase = expectedBytes == 0 ? Phase.STATUS : isIn ? Phase.DATA_IN : Phase.DATA_OUT;
    if (isIn && !passed && !stallsFailures) {
      phase = Phase.STATUS;
    }
    if (phase == Phase.DATA_OUT && !passed) {
      out.halted = true;
      phase = Phase.STATUS;
    }
  }

  @Override
  public UsbInterface claim(int interfaceNumber) {
    return this;
  }

  @Override
  public InterfaceDescriptor descriptor() {
    return new InterfaceDescriptor(
        3, 0, 8, 6, 0x50, 0, List.of(in.descriptor(), out.descriptor()), List.of());
  }

  @Override
  public Endpoint endpoint(TransferType type, Direction direction) {
    return direction == Direction.IN ? in : out;
  }

  @Override
  public DeviceIdentity identity() {
    return new DeviceIdentity("1-2", 0x46f4, 1, "");
  }

  @Override
  public Endpoint endpoint(int address) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void select(int alternateSetting) {
    throw new UnsupportedOperationException();
  }

  @Override
  public UsbDescriptors descriptors() {
    throw new UnsupportedOperationException();
  }

  @Override
  public ConfigurationDescriptor configuration() {
    throw new UnsupportedOperationException();
  }

  @Override
  public UsbSpeed speed() {
    return UsbSpeed.HIGH;
  }

  @Override
  public String manufacturer() {
    return "";
  }

  @Override
  public String product() {
    return "";
  }

  @Override
  public void reset() throws UsbException {
    step("port-reset");
    phase = Phase.COMMAND;
    lost = false;
    in.halted = false;
    out.halted = false;
  }

  private final class FakeEndpoint implements Endpoint {

    private final int address;
    private boolean halted;

    FakeEndpoint(int address) {
      this.address = address;
    }

    @Override
    public EndpointDescriptor descriptor() {
      return new EndpointDescriptor(address, 2, PACKET_BYTES, 0, 0, 0, List.of());
    }

    @Override
    public Transfer allocate(int capacityBytes) {
      return new FakeTransfer(ByteBuffer.allocateDirect(capacityBytes));
    }

    @Override
    public int transfer(Transfer transfer, Duration timeout) throws UsbException {
      return this == in ? receive(transfer) : send(transfer);
    }

    @Override
    public void clearHalt() throws UsbException {
      step(this == in ? "clear-in" : "clear-out");
      halted = false;
    }

    @Override
    public int read(ByteBuffer destination, Duration timeout) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int write(ByteBuffer source, Duration timeout) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Transfer allocate(int capacityBytes, TransferHandler handler) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Transfer allocateIsochronous(int packets, int packetBytes, TransferHandler handler) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void submit(Transfer transfer, Duration deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void window(int transfers) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Transfer reap(Duration timeout) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int inFlight() {
      return 0;
    }

    @Override
    public void cancelAll() {}
  }

  private record FakeTransfer(ByteBuffer data) implements Transfer {

    FakeTransfer {
      data.order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public TransferStatus status() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int actualLengthBytes() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void check() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void cancel() {}

    @Override
    public void free() {}

    @Override
    public int packetCount() {
      return 0;
    }

    @Override
    public int packetLengthBytes(int packet) {
      throw new UnsupportedOperationException();
    }

    @Override
    public TransferStatus packetStatus(int packet) {
      throw new UnsupportedOperationException();
    }
  }
}
