package org.bulkhead.driver.ftdi.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;
import org.bulkhead.device.serial.ModemLines;
import org.bulkhead.device.serial.SerialLine;
import org.bulkhead.device.serial.SerialPort;
import org.bulkhead.device.serial.SerialReceiver;
import org.bulkhead.device.serial.SerialSender;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.device.usb.Endpoint;
import org.bulkhead.device.usb.UsbDevice;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.UsbInterface;
import org.bulkhead.device.usb.descriptor.Direction;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.osgi.service.serial.SerialPortConfiguration;

/** One port of a chip: settings by control requests, bytes by a receiver and a sender. */
final class FtdiPort implements SerialPort {

  private static final Duration CONTROL_TIMEOUT = Duration.ofSeconds(2);
  private static final ByteBuffer NO_DATA = ByteBuffer.allocate(0);
  private static final int STATUS_BYTES = 2;

  /** Some chips with an empty EEPROM say 0. */
  private static final int FALLBACK_PACKET_BYTES = 64;

  private final UsbDevice device;
  private final FtdiChip chip;
  private final int port;
  private final Consumer<SerialPortConfiguration> configured;
  private final SerialReceiver receiver;
  private final SerialSender sender;
  private final ByteBuffer status = ByteBuffer.allocate(STATUS_BYTES);

  private Settings settings;
  private boolean breakOn;

  /** What the chip was told, in its own codes. */
  private record Settings(int baud, int divisor, int format, int flowMode) {}

  /**
   * Allocates the port's transfers; nothing is sent yet.
   *
   * @param claimed the port's interface
   * @param configured told of each configuration that the chip has taken
   * @param fail told of a failure outside of a call
   */
  FtdiPort(
      UsbDevice device,
      UsbInterface claimed,
      FtdiChip chip,
      Consumer<SerialPortConfiguration> configured,
      Consumer<Throwable> fail)
      throws UsbException {
    this.device = device;
    this.chip = chip;
    this.configured = configured;
    this.port = chip.port(claimed.descriptor().number());
    Endpoint in = claimed.endpoint(TransferType.BULK, Direction.IN);
    int packetBytes = in.descriptor().maxPacketBytes();
    int usable = packetBytes > STATUS_BYTES ? packetBytes : FALLBACK_PACKET_BYTES;
    this.receiver = new SerialReceiver(in, usable, new FtdiPackets(usable), fail);
    this.sender = new SerialSender(claimed.endpoint(TransferType.BULK, Direction.OUT));
  }

  /** Brings the chip from whatever state it is in to the defaults; drops what it holds. */
  void prepare(int latencyTimerMillis) throws IOException {
    send(FtdiProtocol.reset(port));
    resume(latencyTimerMillis, new SerialPortConfiguration());
  }

  /** Goes on with a chip as an incarnation before has left it: what it holds is to be read. */
  void resume(int latencyTimerMillis, SerialPortConfiguration before) throws IOException {
    if (chip.hasLatencyTimer()) {
      send(FtdiProtocol.latencyTimer(port, latencyTimerMillis));
    }
    configure(before);
  }

  /** Lowers DTR and RTS, as a peer expects of a port that nobody serves. */
  void hangUp() throws IOException {
    send(FtdiProtocol.modemControl(port, FtdiProtocol.DTR | FtdiProtocol.RTS, false));
  }

  @Override
  public void connect(SerialLine line) throws IOException {
    sender.connect(line);
    receiver.connect(line);
  }

  @Override
  public void configure(SerialPortConfiguration configuration) throws IOException {
    int baud = FtdiProtocol.baud(configuration);
    Settings wanted =
        new Settings(
            baud,
            chip.divisor(baud),
            FtdiProtocol.format(configuration),
            FtdiProtocol.flowMode(configuration));
    try {
      apply(wanted);
    } catch (UsbException e) {
      if (e.kind() != Kind.STALL || settings == null) {
        throw e;
      }
      apply(settings);
      throw new IllegalArgumentException(
          String.format(
              "this chip refuses %d baud, %d data bits, parity %d, stop bits %d, flow control %d:"
                  + " choose other settings",
              baud,
              configuration.getDataBits(),
              configuration.getParity(),
              configuration.getStopBits(),
              configuration.getFlowControl()),
          e);
    }
    settings = wanted;
    sender.pace(baud);
    configured.accept(configuration);
  }

  private void apply(Settings wanted) throws UsbException {
    send(FtdiProtocol.baudRate(chip, port, wanted.divisor));
    send(FtdiProtocol.data(port, format(wanted)));
    send(FtdiProtocol.flowControl(port, wanted.flowMode));
  }

  private int format(Settings from) {
    return from.format | (breakOn ? FtdiProtocol.BREAK : 0);
  }

  @Override
  public void setDtr(boolean on) throws IOException {
    send(FtdiProtocol.modemControl(port, FtdiProtocol.DTR, on));
  }

  @Override
  public void setRts(boolean on) throws IOException {
    send(FtdiProtocol.modemControl(port, FtdiProtocol.RTS, on));
  }

  @Override
  public void setBreak(boolean on) throws IOException {
    breakOn = on;
    send(FtdiProtocol.data(port, format(settings)));
  }

  @Override
  public ModemLines modemLines() throws IOException {
    // Asked for, as the status that leads packets is as old as the last read: without a connection,
    // or under back-pressure, there is none.
    status.clear();
    int moved = device.control(FtdiProtocol.modemStatus(port), status, CONTROL_TIMEOUT);
    if (moved == 0) {
      throw new UsbException(
          Kind.INVALID, device.identity() + ": empty answer to the modem status request");
    }
    return FtdiProtocol.modemLines(status.get(0));
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
  public void purge() throws IOException {
    send(FtdiProtocol.purgeReceived(port));
    send(FtdiProtocol.purgeUnsent(port));
    receiver.drop();
  }

  private void send(ControlRequest request) throws UsbException {
    device.control(request, NO_DATA, CONTROL_TIMEOUT);
  }
}
