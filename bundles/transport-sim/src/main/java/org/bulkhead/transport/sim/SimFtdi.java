package org.bulkhead.transport.sim;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.bulkhead.device.serial.ModemLines;
import org.bulkhead.device.serial.SerialLine.Condition;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.device.usb.UsbSpeed;
import org.bulkhead.transport.sim.SerialSettings.FlowControl;
import org.bulkhead.transport.sim.internal.ByteQueue;
import org.bulkhead.transport.sim.internal.FtdiSettings;

/**
 * A serial port with an FT232R: 0403:6001, two status bytes at the head of each packet to the host,
 * a latency timer, FIFOs of 256 bytes towards the host and 128 towards the line. A {@link
 * SerialPeer} is at the other end of the wire. Thread-safe.
 *
 * <p>Bytes cross the wire at once, and wait on it while the port has no room, until {@link #paced}
 * and {@link #overruns} make that more real.
 *
 * <p>Past 300 lines because FIFOs, timers and status bytes change together.
 */
public final class SimFtdi implements SimDevice, SerialWire {

  private static final int IN = 0x81;
  private static final int OUT = 0x02;
  private static final int STATUS_BYTES = 2;
  private static final int WIRE_BYTES = 1 << 20;

  private static final int VENDOR_OUT = 0x40;
  private static final int VENDOR_IN = 0xc0;
  private static final int RESET = 0;
  private static final int PURGE_RECEIVED = 1;
  private static final int PURGE_UNSENT = 2;
  private static final int GET_MODEM_STATUS = 5;

  private static final int OVERRUN_ERROR = 0x02;
  private static final int PARITY_ERROR = 0x04;
  private static final int FRAMING_ERROR = 0x08;
  private static final int BREAK_INTERRUPT = 0x10;
  private static final int TRANSMITTER_EMPTY = 0x60;

  private final SimDescription description;
  private final SerialPeer peer;
  private final ByteQueue wire = new ByteQueue(WIRE_BYTES);
  private final ByteQueue received = new ByteQueue(256);
  private final ByteQueue unsent = new ByteQueue(128);
  private final ByteBuffer portion = ByteBuffer.allocate(64);
  private final ByteBuffer one = ByteBuffer.allocate(1);
  private FtdiSettings settings = new FtdiSettings();
  private ModemLines lines = ModemLines.NONE;
  private SimHost host;
  private SimTimer latencyTimer;
  private SimTimer paceTimer;
  private int lineErrors;
  private boolean sendNow;
  private boolean heldByXoff;
  private boolean pumping;
  private boolean paced;
  private boolean overruns;
  private long lastPacketNanos;
  private long pacedNanos;
  private long toPeer;
  private long fromPeer;

  /**
   * A port.
   *
   * @param serialNumber the string of {@code iSerialNumber}
   * @param peer what is connected to it
   */
  public SimFtdi(String serialNumber, SerialPeer peer) {
    this.peer = peer;
    description =
        SimDescription.builder(0x0403, 0x6001)
            .speed(UsbSpeed.FULL)
            .version(0x0600)
            .manufacturer("FTDI")
            .product("FT232R USB UART")
            .serialNumber(serialNumber)
            .configuration(1)
            .interfaceSetting(0, 0, 0xff, 0xff, 0xff)
            .bulk(IN)
            .bulk(OUT)
            .build();
    peer.connected(this);
  }

  @Override
  public SimDescription description() {
    return description;
  }

  /**
   * How the port is set now.
   *
   * @return a copy
   */
  public synchronized SerialSettings settings() {
    return settings.snapshot();
  }

  /**
   * How many bytes left the port towards the peer.
   *
   * @return bytes since the port was made
   */
  public synchronized long bytesReceivedByPeer() {
    return toPeer;
  }

  /**
   * How many bytes of the peer came into the port, those lost there not counted.
   *
   * @return bytes since the port was made
   */
  public synchronized long bytesSentByPeer() {
    return fromPeer;
  }

  /**
   * Makes bytes cross the wire at the baud rate, both ways, in steps of about a millisecond.
   *
   * @param value true for the pace of the baud rate, false for at once
   */
  public synchronized void paced(boolean value) {
    paced = value;
  }

  /**
   * Makes the port lose bytes, and say so, when it has no room and no flow control.
   *
   * @param value true to lose bytes, false to let them wait on the wire
   */
  public synchronized void overruns(boolean value) {
    overruns = value;
  }

  @Override
  public synchronized int send(ByteBuffer data) {
    int taken = wire.put(data);
    changed();
    return taken;
  }

  @Override
  public synchronized void lines(ModemLines newLines) {
    sendNow |= !lines.equals(newLines);
    lines = newLines;
    changed();
  }

  @Override
  public synchronized void condition(Condition condition) {
    switch (condition) {
      case BREAK -> {
        lineErrors |= BREAK_INTERRUPT;
        // The chip takes a break for a character of zeros.
        received.put(one.clear().put(0, (byte) 0));
      }
      case PARITY_ERROR -> lineErrors |= PARITY_ERROR;
      case FRAMING_ERROR -> lineErrors |= FRAMING_ERROR;
      case OVERRUN -> lineErrors |= OVERRUN_ERROR;
    }
    sendNow = true;
    changed();
  }

  private void changed() {
    pump();
    if (host != null) {
      host.ready();
    }
  }

  @Override
  public void attached(SimHost newHost) {
    host = newHost;
    latencyTimer = newHost.timer(this::changed);
    paceTimer = newHost.timer(this::changed);
    lastPacketNanos = newHost.nanoTime();
    pacedNanos = lastPacketNanos;
    settings = new FtdiSettings();
    clear();
  }

  @Override
  public void detached() {
    host = null;
    clear();
    if (settings.dtr() || settings.rts()) {
      peer.lines(false, false);
    }
    if (settings.breakOn()) {
      peer.breakChanged(false);
    }
  }

  @Override
  public void reset() {
    clear();
  }

  private void clear() {
    received.clear();
    unsent.clear();
    lineErrors = 0;
    heldByXoff = false;
  }

  @Override
  public Handshake control(ControlRequest request, ByteBuffer data) {
    if (request.requestType() != VENDOR_OUT && request.requestType() != VENDOR_IN) {
      return Handshake.UNHANDLED;
    }
    if (request.request() == RESET) {
      return reset(request.value());
    }
    if (request.request() == GET_MODEM_STATUS) {
      if (data.remaining() >= STATUS_BYTES) {
        putStatus(data);
      }
      return Handshake.ACK;
    }
    boolean dtr = settings.dtr();
    boolean rts = settings.rts();
    boolean breakOn = settings.breakOn();
    Handshake answer = settings.control(request, data);
    if (dtr != settings.dtr() || rts != settings.rts()) {
      peer.lines(settings.dtr(), settings.rts());
    }
    if (breakOn != settings.breakOn()) {
      peer.breakChanged(settings.breakOn());
    }
    pump();
    return answer;
  }

  private Handshake reset(int what) {
    switch (what) {
      case 0:
        clear();
        return Handshake.ACK;
      case PURGE_RECEIVED:
        received.clear();
        return Handshake.ACK;
      case PURGE_UNSENT:
        unsent.clear();
        return Handshake.ACK;
      default:
        return Handshake.STALL;
    }
  }

  @Override
  public Handshake in(int endpointAddress, ByteBuffer packet) {
    pump();
    int room = packet.remaining() - STATUS_BYTES;
    long wait = lastPacketNanos + settings.latencyNanos() - host.nanoTime();
    if (received.size() < room && !sendNow && wait > 0) {
      latencyTimer.set(Duration.ofNanos(wait));
      return Handshake.NAK;
    }
    putStatus(packet);
    received.take(packet, room);
    sendNow = false;
    lastPacketNanos = host.nanoTime();
    pump();
    return Handshake.ACK;
  }

  private void putStatus(ByteBuffer to) {
    int modem = 1;
    modem |= lines.cts() ? 0x10 : 0;
    modem |= lines.dsr() ? 0x20 : 0;
    modem |= lines.ri() ? 0x40 : 0;
    modem |= lines.dcd() ? 0x80 : 0;
    to.put((byte) modem);
    to.put((byte) (lineErrors | (unsent.size() == 0 ? TRANSMITTER_EMPTY : 0)));
    lineErrors = 0;
  }

  @Override
  public Handshake out(int endpointAddress, ByteBuffer packet) {
    pump();
    if (unsent.room() < packet.remaining()) {
      return Handshake.NAK;
    }
    unsent.put(packet);
    pump();
    return Handshake.ACK;
  }

  /** Moves bytes between the FIFOs and the wire, as far as flow control and pace allow. */
  private void pump() {
    // A peer that answers from received() comes back here.
    if (pumping) {
      return;
    }
    pumping = true;
    long most = paced ? earned() : Long.MAX_VALUE;
    for (long left = most; left > 0 && unsent.size() > 0 && !held(); ) {
      left -= unsent.take(portion.clear(), (int) Math.min(left, portion.capacity()));
      toPeer += portion.position();
      peer.received(portion.flip());
    }
    for (long left = most; left > 0 && wire.size() > 0 && receive(); left--) {}
    pumping = false;
    if (paced && paceTimer != null && (unsent.size() > 0 || wire.size() > 0)) {
      paceTimer.set(Duration.ofNanos(Math.max(1_000_000, settings.characterNanos())));
    }
  }

  /** How many characters the time since the last call was good for. */
  private long earned() {
    if (host == null) {
      return 0;
    }
    long now = host.nanoTime();
    long characters = (now - pacedNanos) / settings.characterNanos();
    boolean idle = unsent.size() == 0 && wire.size() == 0;
    pacedNanos = idle ? now : pacedNanos + characters * settings.characterNanos();
    return characters;
  }

  private boolean held() {
    return switch (settings.flowControl()) {
      case NONE -> false;
      case RTS_CTS -> !lines.cts();
      case DTR_DSR -> !lines.dsr();
      case XON_XOFF -> heldByXoff;
    };
  }

  /** Takes one byte from the wire; returns whether it was possible. */
  private boolean receive() {
    boolean room = received.room() > 0;
    boolean loses = overruns && settings.flowControl() == FlowControl.NONE;
    if (host == null || !room && !loses) {
      return false;
    }
    wire.take(one.clear(), 1);
    int character = one.flip().get(0) & 0xff;
    if (!room) {
      lineErrors |= OVERRUN_ERROR;
      return true;
    }
    if (settings.flowControl() == FlowControl.XON_XOFF
        && (character == settings.xon() || character == settings.xoff())) {
      heldByXoff = character == settings.xoff();
      return true;
    }
    received.put(one);
    fromPeer++;
    sendNow |= character == settings.eventCharacter();
    return true;
  }
}
