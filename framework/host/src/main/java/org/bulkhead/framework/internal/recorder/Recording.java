package org.bulkhead.framework.internal.recorder;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.TransferType;

/** A copy of what a recorder had at one moment; decoded by whoever has the time. */
public final class Recording {

  private final long[] words;
  private final byte[] data;
  private final boolean[] ended;
  private final long takenNanos = System.nanoTime();
  private final Instant taken = Instant.now();
  private int count;

  Recording(int slots) {
    words = new long[slots * Ring.WORDS];
    data = new byte[slots * Ring.DATA_BYTES];
    ended = new boolean[slots];
  }

  void copy(long[] from, int word, byte[] fromData, int at, boolean hasEnded) {
    System.arraycopy(from, word, words, count * Ring.WORDS, Ring.WORDS);
    System.arraycopy(fromData, at, data, count * Ring.DATA_BYTES, Ring.DATA_BYTES);
    ended[count] = hasEnded;
  }

  void keep() {
    count++;
  }

  /**
   * One transfer.
   *
   * @param number counts the compartment's transfers from 0
   * @param incarnation whose it is
   * @param begins whether it is the first one of its incarnation
   * @param type null for a reset of the device
   * @param endpoint {@code bEndpointAddress}, 0 for control
   * @param setup the setup packet of a control transfer
   * @param lengthBytes what was asked for or sent, setup not counted
   * @param submitted when it began
   * @param ended when it ended, or null where it was in flight
   * @param failure how it failed, or null
   * @param refused whether the transport refused to begin
   * @param actualBytes what it moved
   * @param data the first bytes of what was sent or received
   */
  public record Entry(
      long number,
      int incarnation,
      boolean begins,
      TransferType type,
      int endpoint,
      byte[] setup,
      int lengthBytes,
      Instant submitted,
      Instant ended,
      Kind failure,
      boolean refused,
      int actualBytes,
      byte[] data) {

    /** Whether data goes to the host. */
    boolean reads() {
      return ((type == TransferType.CONTROL ? setup[0] : endpoint) & 0x80) != 0;
    }
  }

  /** When it was taken. */
  Instant taken() {
    return taken;
  }

  /** The transfers in the order of their beginning. */
  List<Entry> entries() {
    TreeMap<Long, Entry> entries = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      Entry entry = entry(i);
      // One of the first may be among the last, too, and differ where it ended between the copies.
      entries.merge(entry.number, entry, (a, b) -> a.ended == null ? b : a);
    }
    return List.copyOf(entries.values());
  }

  private Entry entry(int slot) {
    int at = slot * Ring.WORDS;
    long what = words[at + Ring.WHAT];
    long outcome = words[at + Ring.OUTCOME];
    int type = (int) (what >> 40) & 0xff;
    int code = (int) (outcome >> 32) & 0xffff;
    int kind = code % Flight.REFUSED - 1;
    int kept = (int) (outcome >>> 48);
    return new Entry(
        words[at + Ring.NUMBER],
        (int) words[at + Ring.INCARNATION],
        (words[at + Ring.INCARNATION] & Flight.BEGINS) != 0,
        type == FlightRecorder.RESET ? null : TransferType.values()[type],
        (int) (what >> 32) & 0xff,
        ByteBuffer.allocate(8)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(words[at + Ring.SETUP])
            .array(),
        (int) what,
        time(words[at + Ring.SUBMITTED]),
        ended[slot] ? time(words[at + Ring.ENDED]) : null,
        kind < 0 ? null : Kind.values()[kind],
        code >= Flight.REFUSED,
        (int) outcome,
        Arrays.copyOfRange(data, slot * Ring.DATA_BYTES, slot * Ring.DATA_BYTES + kept));
  }

  private Instant time(long nanos) {
    return taken.minusNanos(takenNanos - nanos);
  }

  /** How many transfers before this one are not kept, though ones before those are. */
  static long gapBefore(List<Entry> entries, int index) {
    return index == 0 ? 0 : entries.get(index).number - entries.get(index - 1).number - 1;
  }
}
