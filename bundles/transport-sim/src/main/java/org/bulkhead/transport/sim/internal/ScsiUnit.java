package org.bulkhead.transport.sim.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.bulkhead.transport.sim.SimMedium;

/**
 * One logical unit: what a command block means (SPC-4, SBC-3). The transport asks what the command
 * intends to move, then moves it in any portions. Guarded by the stick's monitor.
 *
 * <p>Past 300 lines: a table of commands, each a few lines.
 */
public final class ScsiUnit {

  private static final int TEST_UNIT_READY = 0x00;
  private static final int REQUEST_SENSE = 0x03;
  private static final int INQUIRY = 0x12;
  private static final int MODE_SENSE_6 = 0x1a;
  private static final int START_STOP_UNIT = 0x1b;
  private static final int PREVENT_ALLOW = 0x1e;
  private static final int READ_FORMAT_CAPACITIES = 0x23;
  private static final int READ_CAPACITY_10 = 0x25;
  private static final int READ_10 = 0x28;
  private static final int WRITE_10 = 0x2a;
  private static final int SYNCHRONIZE_CACHE_10 = 0x35;
  private static final int READ_16 = 0x88;
  private static final int WRITE_16 = 0x8a;
  private static final int SYNCHRONIZE_CACHE_16 = 0x91;
  private static final int SERVICE_ACTION_IN_16 = 0x9e;
  private static final int READ_CAPACITY_16 = 0x10;

  private static final int NO_SENSE = 0x000000;
  private static final int NO_MEDIUM = 0x023a00;
  private static final int STOPPED = 0x020402;
  private static final int UNREADABLE = 0x031100;
  private static final int UNKNOWN_COMMAND = 0x052000;
  private static final int OUT_OF_RANGE = 0x052100;
  private static final int BAD_FIELD = 0x052400;
  private static final int REMOVAL_PREVENTED = 0x055302;
  private static final int MEDIUM_CHANGED = 0x062800;
  private static final int POWER_ON = 0x062900;
  private static final int WRITE_PROTECTED = 0x072700;

  private final long[] counts = new long[256];
  private final byte[] reply = new byte[64];
  private SimMedium medium;
  private int sense = NO_SENSE;
  private int attention = POWER_ON;
  private int failure;
  private boolean stopped;
  private boolean removalPrevented;
  private long blocksWritten;

  // The command under way.
  private ByteBuffer command = ByteBuffer.allocate(16);
  private boolean failed;
  private boolean sends;
  private boolean onMedium;
  private long intended;
  private long offsetBytes;

  /**
   * A unit.
   *
   * @param medium what is in it, or null
   */
  public ScsiUnit(SimMedium medium) {
    this.medium = medium;
  }

  /** Power came on: the next command is told so. */
  public void powerOn() {
    sense = NO_SENSE;
    attention = POWER_ON;
    stopped = false;
    removalPrevented = false;
  }

  /**
   * Changes the medium.
   *
   * @param newMedium the medium, or null for none
   */
  public void insert(SimMedium newMedium) {
    medium = newMedium;
    stopped = false;
    if (newMedium != null) {
      attention = MEDIUM_CHANGED;
    }
  }

  /**
   * Makes the next command fail.
   *
   * @param key sense key
   * @param code additional sense code
   * @param qualifier its qualifier
   */
  public void failNext(int key, int code, int qualifier) {
    failure = key << 16 | code << 8 | qualifier;
  }

  /**
   * How often a command arrived.
   *
   * @param operation the operation code
   * @return the number
   */
  public long count(int operation) {
    return counts[operation & 0xff];
  }

  /**
   * How many blocks were written.
   *
   * @return the number
   */
  public long blocksWritten() {
    return blocksWritten;
  }

  /**
   * Begins a command.
   *
   * @param block the command block, 16 bytes
   */
  public void begin(byte[] block) {
    command.put(0, block);
    int operation = block[0] & 0xff;
    counts[operation]++;
    failed = false;
    onMedium = false;
    sends = true;
    intended = 0;
    int problem = problem(operation);
    if (problem == NO_SENSE) {
      problem = execute(operation);
    }
    if (problem != NO_SENSE) {
      sense = problem;
      failed = true;
      intended = 0;
    }
  }

  /** What stands in the way of any command but those that must always work (SPC-4 section 5.14). */
  private int problem(int operation) {
    if (operation == INQUIRY || operation == REQUEST_SENSE) {
      return NO_SENSE;
    }
    int problem = attention != NO_SENSE ? attention : failure;
    if (attention != NO_SENSE) {
      attention = NO_SENSE;
    } else {
      failure = NO_SENSE;
    }
    return problem;
  }

  private int execute(int operation) {
    switch (operation) {
      case TEST_UNIT_READY:
      case SYNCHRONIZE_CACHE_10:
      case SYNCHRONIZE_CACHE_16:
        return ready();
      case REQUEST_SENSE:
        return requestSense();
      case INQUIRY:
        return inquiry();
      case MODE_SENSE_6:
        return modeSense();
      case START_STOP_UNIT:
        return startStop();
      case PREVENT_ALLOW:
        removalPrevented = (command.get(4) & 1) != 0;
        return NO_SENSE;
      case READ_FORMAT_CAPACITIES:
        return ready() != NO_SENSE ? ready() : formatCapacities();
      case READ_CAPACITY_10:
        return ready() != NO_SENSE ? ready() : capacity10();
      case SERVICE_ACTION_IN_16:
        if ((command.get(1) & 0x1f) != READ_CAPACITY_16) {
          return BAD_FIELD;
        }
        return ready() != NO_SENSE ? ready() : capacity16();
      case READ_10:
      case WRITE_10:
        return transfer(operation, command.getInt(2) & 0xffff_ffffL, command.getShort(7) & 0xffff);
      case READ_16:
      case WRITE_16:
        return transfer(operation, command.getLong(2), command.getInt(10) & 0xffff_ffffL);
      default:
        return UNKNOWN_COMMAND;
    }
  }

  private int ready() {
    return medium == null ? NO_MEDIUM : stopped ? STOPPED : NO_SENSE;
  }

  private int transfer(int operation, long block, long count) {
    if (ready() != NO_SENSE) {
      return ready();
    }
    if (block < 0 || block > medium.geometry().blockCount() - count) {
      return OUT_OF_RANGE;
    }
    sends = operation == READ_10 || operation == READ_16;
    if (sends ? medium.bad(block, count) : medium.writeProtected()) {
      return sends ? UNREADABLE : WRITE_PROTECTED;
    }
    onMedium = true;
    offsetBytes = block * medium.geometry().blockSizeBytes();
    intended = count * medium.geometry().blockSizeBytes();
    return NO_SENSE;
  }

  private int requestSense() {
    ByteBuffer out = reply();
    out.put(0, (byte) 0x70).put(2, (byte) (sense >> 16)).put(7, (byte) 10);
    out.put(12, (byte) (sense >> 8)).put(13, (byte) sense);
    sense = NO_SENSE;
    return answer(18, command.get(4) & 0xff);
  }

  private int inquiry() {
    if ((command.get(1) & 1) != 0) {
      return BAD_FIELD;
    }
    ByteBuffer out = reply();
    out.put(1, (byte) 0x80).put(2, (byte) 4).put(3, (byte) 2).put(4, (byte) 31);
    out.put(8, "Bulkhead".getBytes(StandardCharsets.US_ASCII));
    out.put(16, "Simulated Stick ".getBytes(StandardCharsets.US_ASCII));
    out.put(32, "1.00".getBytes(StandardCharsets.US_ASCII));
    return answer(36, command.getShort(3) & 0xffff);
  }

  private int modeSense() {
    int page = command.get(2) & 0x3f;
    if (page != 0x3f && page != 0x08) {
      return BAD_FIELD;
    }
    ByteBuffer out = reply();
    int length = 4 + 20;
    out.put(0, (byte) (length - 1));
    out.put(2, (byte) (medium != null && medium.writeProtected() ? 0x80 : 0));
    // The caching page (SBC-3 section 6.5.5): no write cache.
    out.put(4, (byte) 0x08).put(5, (byte) 18);
    return answer(length, command.get(4) & 0xff);
  }

  private int startStop() {
    boolean start = (command.get(4) & 1) != 0;
    boolean loadOrEject = (command.get(4) & 2) != 0;
    if (loadOrEject && !start) {
      if (removalPrevented) {
        return REMOVAL_PREVENTED;
      }
      insert(null);
      return NO_SENSE;
    }
    stopped = !start;
    return NO_SENSE;
  }

  private int formatCapacities() {
    ByteBuffer out = reply();
    out.put(3, (byte) 8).putInt(4, lastBlock32() + 1);
    out.putInt(8, 2 << 24 | medium.geometry().blockSizeBytes());
    return answer(12, command.getShort(7) & 0xffff);
  }

  private int capacity10() {
    reply().putInt(0, lastBlock32()).putInt(4, medium.geometry().blockSizeBytes());
    return answer(8, 8);
  }

  private int capacity16() {
    reply()
        .putLong(0, medium.geometry().blockCount() - 1)
        .putInt(8, medium.geometry().blockSizeBytes());
    return answer(32, command.getInt(10));
  }

  /** The last block, or all ones where READ CAPACITY(10) cannot say it (SBC-3 section 5.12.2). */
  private int lastBlock32() {
    return (int) Math.min(medium.geometry().blockCount() - 1, 0xffff_ffffL);
  }

  private ByteBuffer reply() {
    Arrays.fill(reply, (byte) 0);
    return ByteBuffer.wrap(reply);
  }

  private int answer(int length, int allocationLength) {
    intended = Math.min(length, Math.max(0, allocationLength));
    return NO_SENSE;
  }

  /** The command will not be done after all. */
  public void abort() {
    if (!sends) {
      intended = 0;
    }
  }

  /**
   * What the command intends to move.
   *
   * @return bytes
   */
  public long intendedBytes() {
    return intended;
  }

  /**
   * Which way.
   *
   * @return true to the host
   */
  public boolean sends() {
    return sends;
  }

  /**
   * Whether the command failed.
   *
   * @return true for CHECK CONDITION
   */
  public boolean failed() {
    return failed;
  }

  /**
   * Sends a portion.
   *
   * @param from bytes sent before
   * @param to filled from position to limit
   */
  public void send(long from, ByteBuffer to) {
    if (onMedium) {
      medium.read(offsetBytes + from, to);
    } else {
      to.put(reply, (int) from, to.remaining());
    }
  }

  /**
   * Takes a portion.
   *
   * @param from bytes taken before
   * @param data from position to limit
   */
  public void receive(long from, ByteBuffer data) {
    int blockSize = medium.geometry().blockSizeBytes();
    blocksWritten += (from + data.remaining()) / blockSize - from / blockSize;
    medium.write(offsetBytes + from, data);
  }
}
