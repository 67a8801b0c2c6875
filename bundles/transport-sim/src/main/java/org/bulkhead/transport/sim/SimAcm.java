package org.bulkhead.transport.sim;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import org.bulkhead.device.serial.ModemLines;
import org.bulkhead.device.serial.SerialLine.Condition;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.bulkhead.transport.sim.SerialSettings.FlowControl;
import org.bulkhead.transport.sim.SerialSettings.Parity;
import org.bulkhead.transport.sim.SerialSettings.StopBits;
import org.bulkhead.transport.sim.internal.ByteQueue;

/**
 * A serial port of the communications device class, abstract control model (CDC 1.2, PSTN 1.2),
 * with interfaces and descriptors as Linux's gadget {@code acm} has them: 4 KiB of buffer each way,
 * line codings up to 3 Mbaud, breaks, and a notification for each change of the lines. A {@link
 * SerialPeer} is at the other end of the wire. Thread-safe.
 *
 * <p>Bytes cross the wire at once, and wait on it while the port has no room. The wire's CTS is not
 * seen by the host: this class of devices has no place for it.
 */
public final class SimAcm implements SimDevice, SerialWire {

  private static final int NOTIFY = 0x81;
  private static final int IN = 0x82;
  private static final int OUT = 0x02;
  private static final int BUFFER_BYTES = 4096;
  private static final int WIRE_BYTES = 1 << 20;
  private static final int NOTIFICATION_BYTES = 10;
  private static final int CODING_BYTES = 7;
  private static final long MAX_BAUD = 3_000_000;

  private static final int CLASS_OUT = 0x21;
  private static final int CLASS_IN = 0xa1;
  private static final int SET_LINE_CODING = 0x20;
  private static final int GET_LINE_CODING = 0x21;
  private static final int SET_CONTROL_LINE_STATE = 0x22;
  private static final int SEND_BREAK = 0x23;
  private static final int SERIAL_STATE = 0x20;
  private static final int BREAK_UNTIL_ENDED = 0xffff;

  private final SimDescription description;
  private final SerialPeer peer;
  private final ByteQueue wire = new ByteQueue(WIRE_BYTES);
  private final ByteQueue toHost = new ByteQueue(BUFFER_BYTES);
  private final ByteQueue notifications = new ByteQueue(NOTIFICATION_BYTES * 16);
  private final ByteBuffer notification =
      ByteBuffer.allocate(NOTIFICATION_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final ByteBuffer portion = ByteBuffer.allocate(BUFFER_BYTES);
  private final byte[] coding = new byte[CODING_BYTES];
  private ModemLines lines = ModemLines.NONE;
  private int outputLines;
  private boolean breakOn;
  private SimHost host;
  private SimTimer breakTimer;
  private long fromPeer;
  private long toPeer;
  private long notified;
  private long zeroLengthPackets;

  /**
   * A port on a high-speed device, 1d6b:0104, interfaces 0 and 1.
   *
   * @param serialNumber the string of {@code iSerialNumber}
   * @param peer what is connected to it
   */
  public SimAcm(String serialNumber, SerialPeer peer) {
    this(
        SimDescription.builder(0x1d6b, 0x0104)
            .deviceClass(0xef, 0x02, 0x01)
            .manufacturer("Bulkhead")
            .product("Serial Port")
            .serialNumber(serialNumber)
            .configuration(1)
            .extra(8, 0x0b, 0, 2, 0x02, 0x02, 0x01, 0)
            .interfaceSetting(0, 0, 0x02, 0x02, 0x01)
            .extra(5, 0x24, 0x00, 0x10, 0x01)
            .extra(5, 0x24, 0x01, 0x00, 1)
            .extra(4, 0x24, 0x02, 0x06)
            .extra(5, 0x24, 0x06, 0, 1)
            .endpoint(NOTIFY, TransferType.INTERRUPT, NOTIFICATION_BYTES, 9)
            .interfaceSetting(1, 0, 0x0a, 0x00, 0x00)
            .bulk(IN)
            .bulk(OUT)
            .build(),
        peer);
  }

  /**
   * A port that describes itself in another way.
   *
   * @param description has the endpoints 0x81 for notifications, 0x82 and 0x02 for bytes
   * @param peer what is connected to it
   */
  public SimAcm(SimDescription description, SerialPeer peer) {
    this.description = description;
    this.peer = peer;
    peer.connected(this);
  }

  @Override
  public SimDescription description() {
    return description;
  }

  /**
   * How the port is set now.
   *
   * @return a copy, without flow control and latency, which the class does not have
   */
  public synchronized SerialSettings settings() {
    return new SerialSettings(
        ByteBuffer.wrap(coding).order(ByteOrder.LITTLE_ENDIAN).getInt(),
        coding[6],
        Parity.values()[coding[5]],
        StopBits.values()[coding[4]],
        FlowControl.NONE,
        (outputLines & 1) != 0,
        (outputLines & 2) != 0,
        breakOn,
        Duration.ZERO);
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
   * How many bytes of the peer came into the port.
   *
   * @return bytes since the port was made
   */
  public synchronized long bytesSentByPeer() {
    return fromPeer;
  }

  /**
   * How many notifications the host took.
   *
   * @return notifications since the port was made
   */
  public synchronized long notificationsTaken() {
    return notified;
  }

  /**
   * How many packets without data the host sent.
   *
   * @return packets since the port was made
   */
  public synchronized long zeroLengthPackets() {
    return zeroLengthPackets;
  }

  @Override
  public synchronized int send(ByteBuffer data) {
    int taken = wire.put(data);
    changed();
    return taken;
  }

  @Override
  public synchronized void lines(ModemLines newLines) {
    boolean seen = stateBits(newLines) != stateBits(lines);
    lines = newLines;
    if (seen) {
      notifyState(0);
    }
  }

  @Override
  public synchronized void condition(Condition condition) {
    notifyState(
        switch (condition) {
          case BREAK -> 0x04;
          case FRAMING_ERROR -> 0x10;
          case PARITY_ERROR -> 0x20;
          case OVERRUN -> 0x40;
        });
  }

  private static int stateBits(ModemLines lines) {
    return (lines.dcd() ? 0x01 : 0) | (lines.dsr() ? 0x02 : 0) | (lines.ri() ? 0x08 : 0);
  }

  private void notifyState(int conditions) {
    if (host == null || notifications.room() < NOTIFICATION_BYTES) {
      return;
    }
    notification.clear().put((byte) CLASS_IN).put((byte) SERIAL_STATE).putShort((short) 0);
    notification.putShort((short) 0).putShort((short) 2);
    notification.putShort((short) (stateBits(lines) | conditions));
    notifications.put(notification.flip());
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
    breakTimer = newHost.timer(() -> setBreak(false));
    ByteBuffer.wrap(coding).order(ByteOrder.LITTLE_ENDIAN).putInt(9600);
    coding[4] = 0;
    coding[5] = 0;
    coding[6] = 8;
    reset();
    if (stateBits(lines) != 0) {
      notifyState(0);
    }
  }

  @Override
  public void detached() {
    host = null;
    reset();
    setOutputLines(0);
    setBreak(false);
  }

  @Override
  public void reset() {
    toHost.clear();
    notifications.clear();
  }

  @Override
  public Handshake control(ControlRequest request, ByteBuffer data) {
    if (request.requestType() == CLASS_IN && request.request() == GET_LINE_CODING) {
      data.put(coding, 0, Math.min(coding.length, data.remaining()));
      return Handshake.ACK;
    }
    if (request.requestType() != CLASS_OUT) {
      return Handshake.UNHANDLED;
    }
    switch (request.request()) {
      case SET_LINE_CODING:
        return lineCoding(data);
      case SET_CONTROL_LINE_STATE:
        setOutputLines(request.value() & 3);
        return Handshake.ACK;
      case SEND_BREAK:
        sendBreak(request.value());
        return Handshake.ACK;
      default:
        return Handshake.STALL;
    }
  }

  private Handshake lineCoding(ByteBuffer data) {
    if (data.remaining() != CODING_BYTES) {
      return Handshake.STALL;
    }
    byte[] wanted = new byte[CODING_BYTES];
    data.get(wanted);
    long baud = ByteBuffer.wrap(wanted).order(ByteOrder.LITTLE_ENDIAN).getInt() & 0xffff_ffffL;
    boolean bits = wanted[6] >= 5 && wanted[6] <= 8 || wanted[6] == 16;
    boolean format = wanted[4] >= 0 && wanted[4] <= 2 && wanted[5] >= 0 && wanted[5] <= 4;
    if (baud == 0 || baud > MAX_BAUD || !bits || !format) {
      return Handshake.STALL;
    }
    System.arraycopy(wanted, 0, coding, 0, CODING_BYTES);
    return Handshake.ACK;
  }

  private void setOutputLines(int newLines) {
    if (outputLines != newLines) {
      outputLines = newLines;
      peer.lines((newLines & 1) != 0, (newLines & 2) != 0);
    }
  }

  private void sendBreak(int millis) {
    setBreak(millis > 0);
    if (millis > 0 && millis < BREAK_UNTIL_ENDED) {
      breakTimer.set(Duration.ofMillis(millis));
    } else {
      breakTimer.cancel();
    }
  }

  private void setBreak(boolean on) {
    if (breakOn != on) {
      breakOn = on;
      peer.breakChanged(on);
    }
  }

  @Override
  public Handshake in(int endpointAddress, ByteBuffer packet) {
    if (endpointAddress == NOTIFY) {
      if (notifications.size() == 0) {
        return Handshake.NAK;
      }
      // A notification may take several packets, but a packet has no part of another one.
      int left = notifications.size() % NOTIFICATION_BYTES;
      int bytes = left == 0 ? NOTIFICATION_BYTES : left;
      notifications.take(packet, bytes);
      if (notifications.size() % NOTIFICATION_BYTES == 0) {
        notified++;
      }
      return Handshake.ACK;
    }
    pump();
    if (toHost.size() == 0) {
      return Handshake.NAK;
    }
    toHost.take(packet, packet.remaining());
    pump();
    return Handshake.ACK;
  }

  @Override
  public Handshake out(int endpointAddress, ByteBuffer packet) {
    if (!packet.hasRemaining()) {
      zeroLengthPackets++;
      return Handshake.ACK;
    }
    toPeer += packet.remaining();
    peer.received(packet);
    return Handshake.ACK;
  }

  /** Moves bytes from the wire into the buffer towards the host, as far as there is room. */
  private void pump() {
    if (host != null) {
      wire.take(portion.clear(), toHost.room());
      fromPeer += portion.flip().remaining();
      toHost.put(portion);
    }
  }
}
