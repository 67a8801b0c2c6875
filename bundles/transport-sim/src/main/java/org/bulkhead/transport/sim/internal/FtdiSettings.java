package org.bulkhead.transport.sim.internal;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.transport.sim.Handshake;
import org.bulkhead.transport.sim.SerialSettings;
import org.bulkhead.transport.sim.SerialSettings.FlowControl;
import org.bulkhead.transport.sim.SerialSettings.Parity;
import org.bulkhead.transport.sim.SerialSettings.StopBits;

/** The registers of an FT232R that vendor requests set. Guarded by the port's monitor. */
public final class FtdiSettings {

  private static final int SET_MODEM_CONTROL = 1;
  private static final int SET_FLOW_CONTROL = 2;
  private static final int SET_BAUD_RATE = 3;
  private static final int SET_DATA = 4;
  private static final int SET_EVENT_CHARACTER = 6;
  private static final int SET_ERROR_CHARACTER = 7;
  private static final int SET_LATENCY = 9;
  private static final int GET_LATENCY = 10;
  private static final int READ_EEPROM = 0x90;

  private static final int BASE_BAUD = 3_000_000;
  private static final int BREAK = 0x4000;

  /** Eighths by the divisor's fraction code, which is in the order in which they came to exist. */
  private static final int[] EIGHTHS = {0, 4, 2, 1, 3, 5, 6, 7};

  private int divisor;
  private int dataFormat;
  private FlowControl flowControl;
  private boolean dtr;
  private boolean rts;
  private int latencyMillis;
  private int eventCharacter;
  private int xoff;
  private int xon;

  /** The settings after power-on. */
  public FtdiSettings() {
    divisor = 0x4138;
    dataFormat = 8;
    flowControl = FlowControl.NONE;
    latencyMillis = 16;
    eventCharacter = -1;
  }

  /**
   * A vendor request that concerns a setting.
   *
   * @param request the request
   * @param data its data stage
   * @return ACK, or STALL where there is no such request or setting
   */
  public Handshake control(ControlRequest request, ByteBuffer data) {
    int value = request.value();
    switch (request.request()) {
      case SET_MODEM_CONTROL:
        dtr = (value & 0x100) != 0 ? (value & 1) != 0 : dtr;
        rts = (value & 0x200) != 0 ? (value & 2) != 0 : rts;
        return Handshake.ACK;
      case SET_FLOW_CONTROL:
        return flow(request.index() >> 8, value);
      case SET_BAUD_RATE:
        divisor = value | (request.index() & 1) << 16;
        return Handshake.ACK;
      case SET_DATA:
        return dataFormat(value);
      case SET_EVENT_CHARACTER:
        eventCharacter = (value & 0x100) != 0 ? value & 0xff : -1;
        return Handshake.ACK;
      case SET_ERROR_CHARACTER:
        return Handshake.ACK;
      case SET_LATENCY:
        if (value < 1 || value > 255) {
          return Handshake.STALL;
        }
        latencyMillis = value;
        return Handshake.ACK;
      case GET_LATENCY:
        return put(data, latencyMillis);
      case READ_EEPROM:
        return put(data, 0xff, 0xff);
      default:
        return Handshake.STALL;
    }
  }

  private Handshake flow(int mode, int characters) {
    switch (mode) {
      case 0:
        flowControl = FlowControl.NONE;
        return Handshake.ACK;
      case 1:
        flowControl = FlowControl.RTS_CTS;
        return Handshake.ACK;
      case 2:
        flowControl = FlowControl.DTR_DSR;
        return Handshake.ACK;
      case 4:
        flowControl = FlowControl.XON_XOFF;
        xon = characters & 0xff;
        xoff = characters >> 8;
        return Handshake.ACK;
      default:
        return Handshake.STALL;
    }
  }

  private Handshake dataFormat(int value) {
    int bits = value & 0xff;
    if (bits < 7 || bits > 8 || (value >> 8 & 7) > 4 || (value >> 11 & 3) > 2) {
      return Handshake.STALL;
    }
    dataFormat = value;
    return Handshake.ACK;
  }

  private static Handshake put(ByteBuffer data, int... bytes) {
    for (int i = 0; i < bytes.length && data.hasRemaining(); i++) {
      data.put((byte) bytes[i]);
    }
    return Handshake.ACK;
  }

  /** Bits per second; divisors 0 and 1 are special (FTDI AN232B-05 section 3). */
  private int baudRate() {
    int whole = divisor & 0x3fff;
    int eighths = EIGHTHS[divisor >> 14 & 7];
    if (whole < 2 && eighths == 0) {
      return whole == 0 ? BASE_BAUD : 2_000_000;
    }
    return Math.round(BASE_BAUD * 8f / Math.max(1, whole * 8 + eighths));
  }

  /**
   * Everything at once.
   *
   * @return the settings
   */
  public SerialSettings snapshot() {
    return new SerialSettings(
        baudRate(),
        dataFormat & 0xff,
        Parity.values()[dataFormat >> 8 & 7],
        StopBits.values()[dataFormat >> 11 & 3],
        flowControl,
        dtr,
        rts,
        breakOn(),
        Duration.ofMillis(latencyMillis));
  }

  /**
   * The time of one character on the line.
   *
   * @return nanoseconds
   */
  public long characterNanos() {
    int parity = (dataFormat >> 8 & 7) == 0 ? 0 : 1;
    int stop = (dataFormat >> 11 & 3) == 0 ? 1 : 2;
    return 1_000_000_000L * (1 + (dataFormat & 0xff) + parity + stop) / baudRate();
  }

  /**
   * Who may hold back whom.
   *
   * @return the flow control
   */
  public FlowControl flowControl() {
    return flowControl;
  }

  /**
   * The line DTR.
   *
   * @return true when on
   */
  public boolean dtr() {
    return dtr;
  }

  /**
   * The line RTS.
   *
   * @return true when on
   */
  public boolean rts() {
    return rts;
  }

  /**
   * Whether the line is held in break.
   *
   * @return true when it is
   */
  public boolean breakOn() {
    return (dataFormat & BREAK) != 0;
  }

  /**
   * The latency timer.
   *
   * @return nanoseconds
   */
  public long latencyNanos() {
    return latencyMillis * 1_000_000L;
  }

  /**
   * The character that sends a packet at once.
   *
   * @return 0 to 255, or -1 for none
   */
  public int eventCharacter() {
    return eventCharacter;
  }

  /**
   * The character that lets the port send again.
   *
   * @return 0 to 255
   */
  public int xon() {
    return xon;
  }

  /**
   * The character that stops the port.
   *
   * @return 0 to 255
   */
  public int xoff() {
    return xoff;
  }
}
