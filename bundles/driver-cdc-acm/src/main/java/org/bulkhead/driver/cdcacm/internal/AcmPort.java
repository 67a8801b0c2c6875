package org.bulkhead.driver.cdcacm.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;
import org.bulkhead.device.serial.ModemLines;
import org.bulkhead.device.serial.SerialLine;
import org.bulkhead.device.serial.SerialLine.Condition;
import org.bulkhead.device.serial.SerialPort;
import org.bulkhead.device.serial.SerialReceiver;
import org.bulkhead.device.serial.SerialSender;
import org.bulkhead.device.serial.SerialState;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.device.usb.Endpoint;
import org.bulkhead.device.usb.UsbDevice;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.UsbInterface;
import org.bulkhead.device.usb.descriptor.Direction;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.osgi.service.log.Logger;
import org.osgi.service.serial.SerialPortConfiguration;

/**
 * The port: settings by class requests, states by notifications, bytes by a receiver and sender.
 */
final class AcmPort implements SerialPort {

  /** The defaults, with DTR and RTS off. */
  static final SerialState AT_FIRST = new SerialState(new SerialPortConfiguration(), 0);

  private static final Duration CONTROL_TIMEOUT = Duration.ofSeconds(2);
  private static final ByteBuffer NO_DATA = ByteBuffer.allocate(0);

  /** Kept, because values() copies its array. */
  private static final Condition[] CONDITIONS = Condition.values();

  /** Some devices say 0. */
  private static final int FALLBACK_PACKET_BYTES = 64;

  private final UsbDevice device;
  private final AcmFunction function;
  private final Logger logger;
  private final Consumer<SerialState> keep;
  private final AcmStates states;
  private final SerialReceiver receiver;
  private final SerialSender sender;
  private final ByteBuffer codingBytes = ByteBuffer.allocate(LineCoding.BYTES);

  private SerialLine line;
  private LineCoding coding;
  private SerialPortConfiguration configuration;
  private int outputLines;
  private ModemLines modemLines = AcmProtocol.modemLines(0);

  /**
   * Allocates the port's transfers; nothing is sent yet.
   *
   * @param control the claimed communications interface
   * @param data the claimed data interface
   * @param keep told how the port is set, each time that it is set anew
   * @param fail told of a failure outside of a call
   */
  AcmPort(
      UsbDevice device,
      AcmFunction function,
      UsbInterface control,
      UsbInterface data,
      Logger logger,
      Consumer<SerialState> keep,
      Consumer<Throwable> fail)
      throws UsbException {
    this.device = device;
    this.function = function;
    this.logger = logger;
    this.keep = keep;
    // The specification lets a device without line requests go without notifications.
    boolean notifies =
        control.descriptor().endpoint(TransferType.INTERRUPT, Direction.IN).isPresent();
    states =
        notifies
            ? new AcmStates(
                control.endpoint(TransferType.INTERRUPT, Direction.IN), this::serialState)
            : null;
    Endpoint in = data.endpoint(TransferType.BULK, Direction.IN);
    Endpoint out = data.endpoint(TransferType.BULK, Direction.OUT);
    receiver = new SerialReceiver(in, packetBytes(in), SerialReceiver.Framing.NONE, fail);
    sender = new SerialSender(out, packetBytes(out));
  }

  private static int packetBytes(Endpoint endpoint) {
    int said = endpoint.descriptor().maxPacketBytes();
    return said > 0 ? said : FALLBACK_PACKET_BYTES;
  }

  /**
   * Sets the port, and listens to the device.
   *
   * @param state as an incarnation before has left it, or as it is to be at first
   */
  void prepare(SerialState state) throws IOException {
    if (states != null) {
      states.start();
    }
    try {
      setLines(state.lines());
    } catch (UsbException e) {
      if (e.kind() != Kind.STALL) {
        throw e;
      }
      logger.info("no output lines, though the device says that it has them: {}", e.getMessage());
    }
    configure(state.configuration());
  }

  /** Lowers DTR and RTS, as a peer expects of a port that nobody serves. */
  void hangUp() throws IOException {
    setLines(0);
  }

  @Override
  public void connect(SerialLine newLine) throws IOException {
    line = newLine;
    sender.connect(newLine);
    receiver.connect(newLine);
  }

  @Override
  public void configure(SerialPortConfiguration next) throws IOException {
    LineCoding wanted = LineCoding.of(next);
    wanted.write(codingBytes.clear());
    try {
      device.control(
          AcmProtocol.setLineCoding(function.controlInterface()),
          codingBytes.flip(),
          CONTROL_TIMEOUT);
      compare(wanted);
    } catch (UsbException e) {
      if (e.kind() != Kind.STALL) {
        throw e;
      }
      refused(wanted, e);
    }
    coding = wanted;
    sender.pace((int) Math.min(Integer.MAX_VALUE, wanted.baudRate()));
    configuration = next;
    keep.accept(new SerialState(next, outputLines));
  }

  /** A device without line requests has no line to set: it takes everything. */
  private void refused(LineCoding wanted, UsbException stall) {
    if (function.hasLineRequests() && coding != null) {
      throw new IllegalArgumentException(
          "this device refuses " + wanted + ": choose other settings", stall);
    }
  }

  /**
   * Says so where the device runs at something else than it accepted. Not an error: devices that
   * answer nonsense work all the same.
   */
  private void compare(LineCoding wanted) throws UsbException {
    codingBytes.clear();
    try {
      device.control(
          AcmProtocol.getLineCoding(function.controlInterface()), codingBytes, CONTROL_TIMEOUT);
    } catch (UsbException e) {
      if (e.kind() != Kind.STALL) {
        throw e;
      }
      return;
    }
    LineCoding actual = LineCoding.read(codingBytes.flip());
    if (actual != null && actual.baudRate() != 0 && !actual.equals(wanted)) {
      logger.warn("asked for {}, but the device says that it runs at {}", wanted, actual);
    }
  }

  @Override
  public void setDtr(boolean on) throws IOException {
    setLines(on ? outputLines | AcmProtocol.DTR : outputLines & ~AcmProtocol.DTR);
  }

  @Override
  public void setRts(boolean on) throws IOException {
    setLines(on ? outputLines | AcmProtocol.RTS : outputLines & ~AcmProtocol.RTS);
  }

  private void setLines(int lines) throws UsbException {
    try {
      send(AcmProtocol.setControlLineState(function.controlInterface(), lines));
    } catch (UsbException e) {
      if (e.kind() != Kind.STALL || function.hasLineRequests()) {
        throw e;
      }
    }
    outputLines = lines;
    // While the port is being prepared there is no configuration yet, and it is kept with that.
    if (configuration != null) {
      keep.accept(new SerialState(configuration, lines));
    }
  }

  @Override
  public void setBreak(boolean on) throws IOException {
    if (!function.sendsBreak()) {
      throw new UsbException(
          Kind.UNSUPPORTED, "device " + device.identity() + " says that it cannot send a break");
    }
    send(
        AcmProtocol.sendBreak(
            function.controlInterface(), on ? AcmProtocol.BREAK_ON : AcmProtocol.BREAK_OFF));
  }

  @Override
  public ModemLines modemLines() {
    return modemLines;
  }

  private void serialState(int state) {
    modemLines = AcmProtocol.modemLines(state);
    for (Condition condition : CONDITIONS) {
      if (line != null && AcmProtocol.reports(state, condition)) {
        line.condition(condition);
      }
    }
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return sender.write(source);
  }

  @Override
  public void cancelWrites() {
    sender.cancel();
  }

  @Override
  public void purge() {
    // There is no request for what the device holds.
    receiver.drop();
  }

  private void send(ControlRequest request) throws UsbException {
    device.control(request, NO_DATA, CONTROL_TIMEOUT);
  }
}
