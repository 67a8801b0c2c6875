package org.bulkhead.framework.internal.recorder;

import static java.nio.charset.StandardCharsets.UTF_16LE;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.bulkhead.framework.internal.recorder.Recording.Entry;
import org.bulkhead.framework.internal.recorder.Usbmon.Urb;

/** A recording as a trace that Wireshark opens and that can be played back. */
final class Trace {

  private static final int DEVICE_BYTES = 18;
  private static final int IN = 0x80;
  private static final int GET_DESCRIPTOR = 6;
  private static final int SET_CONFIGURATION = 9;
  private static final int US_ENGLISH = 0x0409;

  /** Enumeration is said to have been so long before the first transfer. */
  private static final Duration STEP = Duration.ofMillis(1);

  private record Event(Instant time, byte[] packet, int cut, String comment) {}

  private final Crash crash;
  private final Usbmon usbmon;
  private final List<Event> events = new ArrayList<>();

  private Trace(Crash crash) {
    this.crash = crash;
    this.usbmon = new Usbmon(crash.device().bus(), crash.device().address());
  }

  static byte[] of(Crash crash) {
    Trace trace = new Trace(crash);
    List<Entry> entries = crash.recording().entries();
    for (int i = 0; i < entries.size(); i++) {
      trace.add(entries.get(i), trace.comment(entries, i));
    }
    // Stable: a transfer that ended within its own nanosecond still begins before it ends.
    trace.events.sort(Comparator.comparing(Event::time));
    return trace.file();
  }

  private byte[] file() {
    Pcapng file =
        new Pcapng(
            crash.compartment() + ", " + crash.kind() + ": " + crash.message(),
            crash.location(),
            crash.device().kilobitsPerSecond() * 1000L);
    List<Event> enumeration = enumeration();
    for (Event event : enumeration) {
      write(file, event);
    }
    for (Event event : events) {
      write(file, event);
    }
    return file.bytes();
  }

  private static void write(Pcapng file, Event event) {
    file.packet(event.time, event.packet, event.packet.length + event.cut, event.comment);
  }

  private String comment(List<Entry> entries, int index) {
    Entry entry = entries.get(index);
    List<String> parts = new ArrayList<>();
    long gap = Recording.gapBefore(entries, index);
    if (gap > 0) {
      parts.add("gap: " + gap + " transfers before this one are not kept");
    }
    if (entry.begins()) {
      parts.add("incarnation " + entry.incarnation() + " of " + crash.driver() + " begins");
    }
    if (index > 0 && entries.get(index - 1).type() == null) {
      parts.add("the device was reset before this");
    }
    return String.join("; ", parts);
  }

  private void add(Entry entry, String comment) {
    if (entry.type() == null) {
      return;
    }
    int direction = entry.reads() ? IN : 0;
    Urb urb =
        new Urb(
            entry.number() + 1,
            entry.type(),
            entry.endpoint() | direction,
            entry.setup(),
            entry.lengthBytes());
    boolean reads = entry.reads();
    byte[] none = {};
    byte[] sent = reads ? none : entry.data();
    byte[] got = reads ? entry.data() : none;
    events.add(
        new Event(
            entry.submitted(),
            usbmon.submit(urb, entry.submitted(), sent),
            reads ? 0 : Math.max(0, entry.lengthBytes() - sent.length),
            comment));
    if (entry.ended() == null) {
      return;
    }
    if (entry.refused()) {
      byte[] packet = usbmon.error(urb, entry.ended(), entry.failure());
      events.add(new Event(entry.ended(), packet, 0, ""));
    } else {
      events.add(
          new Event(
              entry.ended(),
              usbmon.complete(urb, entry.ended(), entry.failure(), entry.actualBytes(), got),
              reads ? Math.max(0, entry.actualBytes() - got.length) : 0,
              ""));
    }
  }

  // ---- what the kernel asked before the driver came -----------------------------------------

  private List<Event> enumeration() {
    byte[] all = crash.device().descriptors();
    if (all.length < DEVICE_BYTES) {
      return List.of();
    }
    Instant first = events.isEmpty() ? crash.recording().taken() : events.get(0).time;
    List<Event> told = new ArrayList<>();
    Instant start = first.minus(STEP.multipliedBy(300));
    descriptor(told, start, 1, 0, 0, Arrays.copyOf(all, DEVICE_BYTES));
    int at = DEVICE_BYTES;
    for (int i = 0; at + 4 <= all.length; i++) {
      int total = Math.max(4, all[at + 2] & 0xff | (all[at + 3] & 0xff) << 8);
      byte[] configuration = Arrays.copyOfRange(all, at, Math.min(all.length, at + total));
      descriptor(told, start, 2, i, 0, configuration);
      at += total;
    }
    descriptor(told, start, 3, 0, 0, new byte[] {4, 3, US_ENGLISH & 0xff, US_ENGLISH >> 8});
    string(told, start, all[14], crash.device().manufacturer());
    string(told, start, all[15], crash.device().product());
    string(told, start, all[16], crash.device().serialNumber());
    byte[] none = {};
    request(told, start, 0, SET_CONFIGURATION, crash.device().configuration(), 0, none);
    return told;
  }

  private void string(List<Event> told, Instant start, byte index, String text) {
    if (index != 0 && !text.isEmpty()) {
      byte[] letters = text.getBytes(UTF_16LE);
      int count = Math.min(letters.length, 252);
      byte[] bytes = new byte[2 + count];
      bytes[0] = (byte) bytes.length;
      bytes[1] = 3;
      System.arraycopy(letters, 0, bytes, 2, count);
      descriptor(told, start, 3, index & 0xff, US_ENGLISH, bytes);
    }
  }

  private void descriptor(
      List<Event> told, Instant start, int type, int index, int language, byte[] bytes) {
    request(told, start, IN, GET_DESCRIPTOR, type << 8 | index, language, bytes);
  }

  private void request(
      List<Event> told,
      Instant start,
      int direction,
      int request,
      int value,
      int index,
      byte[] answer) {
    long packed = Flight.setup(direction, request, value, index) | (long) answer.length << 48;
    byte[] setup = new byte[8];
    for (int i = 0; i < setup.length; i++) {
      setup[i] = (byte) (packed >> 8 * i);
    }
    // Numbers that no transfer of the recording has.
    long id = 1L << 40 | told.size();
    Urb urb = new Urb(id, TransferType.CONTROL, direction, setup, answer.length);
    Instant from = start.plus(STEP.multipliedBy(told.size()));
    Instant to = from.plusNanos(STEP.toNanos() / 2);
    String comment =
        told.isEmpty() ? "enumeration: made from what the gateway knows of the device" : "";
    byte[] none = {};
    told.add(new Event(from, usbmon.submit(urb, from, none), 0, comment));
    told.add(new Event(to, usbmon.complete(urb, to, null, answer.length, answer), 0, ""));
  }
}
