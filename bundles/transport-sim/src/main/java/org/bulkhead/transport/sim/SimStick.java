package org.bulkhead.transport.sim;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.transport.sim.internal.ScsiUnit;

/**
 * A mass-storage stick: the Bulk-Only Transport (USB Mass Storage Class, Bulk-Only Transport 1.0,
 * "BOT") in front of one or more SCSI units. Content and counters survive a replug; the protocol's
 * state does not. Thread-safe.
 *
 * <p>Each unit reports a unit attention after power-on and reset, as sticks do. Where host and
 * device disagree about the data (BOT section 6.7) it stalls rather than pads.
 *
 * <p>Past 300 lines by the documentation of what tests may ask and switch; the protocol is half of
 * it.
 */
public final class SimStick implements SimDevice {

  private static final int IN = 0x81;
  private static final int OUT = 0x02;
  private static final int CBW_BYTES = 31;
  private static final int CSW_BYTES = 13;
  private static final int CBW_SIGNATURE = 0x43425355;
  private static final int CSW_SIGNATURE = 0x53425355;
  private static final int PASSED = 0;
  private static final int FAILED = 1;
  private static final int PHASE_ERROR = 2;
  private static final ControlRequest RESET = new ControlRequest(0x21, 0xff, 0, 0);
  private static final ControlRequest MAX_LUN = new ControlRequest(0xa1, 0xfe, 0, 0);

  private enum State {
    COMMAND,
    DATA_IN,
    DATA_OUT,
    STATUS,
    /** An invalid CBW came: everything stalls until a reset recovery (BOT section 6.6.1). */
    INVALID
  }

  private final SimDescription description;
  private final List<ScsiUnit> units = new ArrayList<>();
  private State state = State.COMMAND;
  private ScsiUnit unit;
  private final byte[] block = new byte[16];
  private int tag;
  private int status;
  private long expected;
  private long moved;
  private long allowed;
  private int phaseErrors;
  private int badStatuses;
  private boolean stallsMaxLun;
  private long commands;
  private long resets;

  /**
   * A high-speed stick with the test ids of pid.codes, 1209:0001.
   *
   * @param media one unit each, 1 to 16
   */
  public SimStick(SimMedium... media) {
    this("SIM000000001", media);
  }

  /**
   * One of several sticks.
   *
   * @param serialNumber tells them apart
   * @param media one unit each, 1 to 16
   */
  public SimStick(String serialNumber, SimMedium... media) {
    this(
        SimDescription.builder(0x1209, 0x0001)
            .manufacturer("Bulkhead")
            .product("Simulated Stick")
            .serialNumber(serialNumber)
            .configuration(1)
            .interfaceSetting(0, 0, 0x08, 0x06, 0x50)
            .bulk(IN)
            .bulk(OUT)
            .build(),
        media);
  }

  /**
   * A stick that says something else of itself.
   *
   * @param description has bulk endpoints 0x81 and 0x02 in interface 0
   * @param media one unit each, 1 to 16
   */
  public SimStick(SimDescription description, SimMedium... media) {
    if (media.length < 1 || media.length > 16) {
      throw new IllegalArgumentException("1 to 16 units, not " + media.length);
    }
    this.description = description;
    for (SimMedium medium : media) {
      units.add(new ScsiUnit(medium));
    }
  }

  @Override
  public SimDescription description() {
    return description;
  }

  /**
   * Takes a unit's medium out.
   *
   * @param lun the unit's number, from 0
   */
  public synchronized void eject(int lun) {
    units.get(lun).insert(null);
  }

  /**
   * Puts a medium into a unit.
   *
   * @param lun the unit's number, from 0
   * @param medium the medium
   */
  public synchronized void insert(int lun, SimMedium medium) {
    units.get(lun).insert(medium);
  }

  /**
   * Makes the next command of a unit fail, whichever it is but INQUIRY and REQUEST SENSE.
   *
   * @param lun the unit's number, from 0
   * @param senseKey the sense key, such as 4 for a hardware error
   * @param code additional sense code
   * @param qualifier additional sense code qualifier
   */
  public synchronized void failNext(int lun, int senseKey, int code, int qualifier) {
    units.get(lun).failNext(senseKey, code, qualifier);
  }

  /** Makes the next command end with a phase error, {@code bCSWStatus} 2, undone. */
  public synchronized void phaseErrorNext() {
    phaseErrors++;
  }

  /** Makes the next status carry a wrong tag, so that it is not valid (BOT section 6.3.1). */
  public synchronized void badStatusNext() {
    badStatuses++;
  }

  /**
   * Makes GET MAX LUN stall, as devices with one unit may (BOT section 3.2).
   *
   * @param value true to stall
   */
  public synchronized void stallsMaxLun(boolean value) {
    stallsMaxLun = value;
  }

  /**
   * How many valid command blocks arrived.
   *
   * @return the number, of all units, since the stick was made
   */
  public synchronized long commandCount() {
    return commands;
  }

  /**
   * How often a SCSI command arrived.
   *
   * @param lun the unit's number, from 0
   * @param operation the operation code, such as 0x2a for WRITE(10)
   * @return the number since the stick was made
   */
  public synchronized long commandCount(int lun, int operation) {
    return units.get(lun).count(operation);
  }

  /**
   * How many blocks were written through the bus, each counted each time.
   *
   * @param lun the unit's number, from 0
   * @return the number since the stick was made
   */
  public synchronized long blocksWritten(int lun) {
    return units.get(lun).blocksWritten();
  }

  /**
   * How often the host sent a Bulk-Only Mass Storage Reset.
   *
   * @return the number since the stick was made
   */
  public synchronized long resetCount() {
    return resets;
  }

  @Override
  public void attached(SimHost host) {
    reset();
  }

  @Override
  public void reset() {
    state = State.COMMAND;
    units.forEach(ScsiUnit::powerOn);
  }

  @Override
  public Handshake control(ControlRequest request, ByteBuffer data) {
    if (request.equals(RESET)) {
      resets++;
      state = State.COMMAND;
      return Handshake.ACK;
    }
    if (request.equals(MAX_LUN) && data.hasRemaining() && !stallsMaxLun) {
      data.put((byte) (units.size() - 1));
      return Handshake.ACK;
    }
    return Handshake.UNHANDLED;
  }

  @Override
  public Handshake out(int endpointAddress, ByteBuffer packet) {
    switch (state) {
      case COMMAND:
        return command(packet);
      case DATA_OUT:
        return dataOut(packet);
      case INVALID:
        return Handshake.STALL;
      default:
        return Handshake.NAK;
    }
  }

  @Override
  public Handshake in(int endpointAddress, ByteBuffer packet) {
    switch (state) {
      case DATA_IN:
        return dataIn(packet);
      case STATUS:
        return status(packet);
      case INVALID:
        return Handshake.STALL;
      default:
        return Handshake.NAK;
    }
  }

  private Handshake command(ByteBuffer packet) {
    int start = packet.position();
    boolean valid =
        packet.remaining() == CBW_BYTES
            && packet.getInt(start) == CBW_SIGNATURE
            && (packet.get(start + 13) & 0xff) < units.size()
            && packet.get(start + 14) >= 1
            && packet.get(start + 14) <= 16;
    if (!valid) {
      state = State.INVALID;
      return Handshake.STALL;
    }
    commands++;
    tag = packet.getInt(start + 4);
    expected = packet.getInt(start + 8) & 0xffff_ffffL;
    moved = 0;
    boolean hostReads = packet.get(start + 12) < 0;
    unit = units.get(packet.get(start + 13));
    packet.get(start + 15, block, 0, block.length);
    if (phaseErrors > 0) {
      phaseErrors--;
      begin(hostReads, 0, PHASE_ERROR);
    } else {
      unit.begin(block);
      negotiate(hostReads);
    }
    return Handshake.ACK;
  }

  /** The thirteen cases of BOT section 6.7: what the host expects against what is intended. */
  private void negotiate(boolean hostReads) {
    long intended = unit.intendedBytes();
    boolean wrongWay = intended > 0 && (expected == 0 || hostReads != unit.sends());
    if (wrongWay || intended > expected) {
      // Cases 2, 3, 7, 8, 10 and 13. What is to be read may be sent as far as it fits; a write
      // that is not all there is not begun.
      unit.abort();
      begin(hostReads, !wrongWay && hostReads ? expected : 0, PHASE_ERROR);
    } else {
      begin(hostReads, intended, unit.failed() ? FAILED : PASSED);
    }
  }

  private void begin(boolean hostReads, long bytes, int newStatus) {
    allowed = bytes;
    status = newStatus;
    state = expected == 0 ? State.STATUS : hostReads ? State.DATA_IN : State.DATA_OUT;
  }

  private Handshake dataIn(ByteBuffer packet) {
    if (moved == allowed) {
      state = State.STATUS;
      return Handshake.STALL;
    }
    int bytes = (int) Math.min(packet.remaining(), allowed - moved);
    unit.send(moved, packet.limit(packet.position() + bytes));
    moved += bytes;
    if (moved == expected) {
      state = State.STATUS;
    }
    return Handshake.ACK;
  }

  private Handshake dataOut(ByteBuffer packet) {
    if (moved == allowed) {
      state = State.STATUS;
      return Handshake.STALL;
    }
    int bytes = (int) Math.min(packet.remaining(), allowed - moved);
    boolean last = moved + packet.remaining() >= expected;
    unit.receive(moved, packet.limit(packet.position() + bytes));
    moved += bytes;
    if (last) {
      state = State.STATUS;
    }
    return Handshake.ACK;
  }

  private Handshake status(ByteBuffer packet) {
    if (packet.remaining() < CSW_BYTES) {
      return Handshake.BABBLE;
    }
    int wrong = badStatuses > 0 ? 1 : 0;
    badStatuses -= wrong;
    packet.putInt(CSW_SIGNATURE).putInt(tag ^ wrong).putInt((int) (expected - moved));
    packet.put((byte) status);
    state = State.COMMAND;
    return Handshake.ACK;
  }
}
