package org.bulkhead.transport.replay.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbSpeed;

/** The devices of a trace: what they say of themselves and what was exchanged with them. */
public final class TraceFile {

  private static final int IN = 0x80;
  private static final int GET_DESCRIPTOR = 6;
  private static final int SET_CONFIGURATION = 9;
  private static final int DEVICE_BYTES = 18;
  private static final int CLASS_HUB = 9;
  private static final int DEVICE = 1;
  private static final int CONFIGURATION = 2;
  private static final int STRING = 3;

  /** What a comment of the flight recorder's begins with where transfers are missing. */
  static final String GAP = "gap: ";

  private static final String ENUMERATION = "enumeration: ";
  private static final String INCARNATION = "incarnation ";

  /** A device of a trace. */
  public static final class Recorded {
    final Path file;
    final UsbSpeed speed;
    final Map<Integer, byte[]> descriptors;
    final int configuration;
    final List<UsbEvent> events;

    Recorded(
        Path file,
        UsbSpeed speed,
        Map<Integer, byte[]> descriptors,
        int configuration,
        List<UsbEvent> events) {
      this.file = file;
      this.speed = speed;
      this.descriptors = descriptors;
      this.configuration = configuration;
      this.events = events;
    }

    byte[] allDescriptors() {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.writeBytes(descriptors.get(DEVICE << 8));
      for (int i = 0; descriptors.containsKey(CONFIGURATION << 8 | i); i++) {
        all.writeBytes(descriptors.get(CONFIGURATION << 8 | i));
      }
      return all.toByteArray();
    }

    /** The string whose index is in the device descriptor. */
    String string(int fieldOffset) {
      int index = descriptors.get(DEVICE << 8)[fieldOffset] & 0xff;
      byte[] bytes = index == 0 ? null : descriptors.get(STRING << 8 | index);
      return bytes == null || bytes.length < 2
          ? ""
          : new String(bytes, 2, bytes.length - 2, StandardCharsets.UTF_16LE);
    }
  }

  private TraceFile() {}

  /**
   * Reads the devices of a trace.
   *
   * @throws IOException that names the file, the place and what is wrong with it
   */
  public static List<Recorded> read(Path path) throws IOException {
    return read(path, PcapngFile.read(path));
  }

  static List<Recorded> read(Path path, PcapngFile file) throws IOException {
    Map<Integer, List<UsbEvent>> byDevice = new LinkedHashMap<>();
    try {
      for (PcapngFile.Packet packet : file.packets()) {
        UsbEvent event = UsbEvent.of(packet);
        byDevice.computeIfAbsent(event.device(), key -> new ArrayList<>()).add(event);
      }
    } catch (IllegalArgumentException wrong) {
      throw new IOException(path + ": " + wrong.getMessage(), wrong);
    }
    List<Recorded> devices = new ArrayList<>();
    for (List<UsbEvent> events : byDevice.values()) {
      Recorded device = device(path, file.bitsPerSecond(), events);
      if (device != null) {
        devices.add(device);
      }
    }
    if (devices.isEmpty()) {
      throw new IOException(
          path
              + ": no device whose descriptors are in it; begin the capture before the device is"
              + " plugged in");
    }
    return devices;
  }

  private static Recorded device(Path path, long bitsPerSecond, List<UsbEvent> events)
      throws IOException {
    Map<Integer, byte[]> descriptors = descriptors(events);
    byte[] device = descriptors.get(DEVICE << 8);
    byte[] first = descriptors.get(CONFIGURATION << 8);
    if (device == null
        || device.length < DEVICE_BYTES
        || device[4] == CLASS_HUB
        || first == null
        || first.length < 9) {
      return null;
    }
    int chosen = first[5] & 0xff;
    int begin = 0;
    for (int i = 0; i < events.size(); i++) {
      byte[] setup = events.get(i).setup();
      if (setup != null && setup[0] == 0 && setup[1] == SET_CONFIGURATION) {
        chosen = setup[2] & 0xff;
        // Its completion is left without a beginning and is not looked at.
        begin = i + 1;
        break;
      }
    }
    boolean ours = events.get(0).comment().startsWith(ENUMERATION);
    List<UsbEvent> script = script(events.subList(begin, events.size()));
    if (ours && begin < events.size() && script.isEmpty() && !ended(events, begin)) {
      throw new IOException(
          path + ": its beginning is not kept, and a driver that begins anew cannot join it");
    }
    return new Recorded(path, speed(bitsPerSecond, device, first), descriptors, chosen, script);
  }

  /** Whether nothing but the end of the enumeration is left. */
  private static boolean ended(List<UsbEvent> events, int begin) {
    return events.subList(begin, events.size()).stream().noneMatch(e -> e.event() == 'S');
  }

  /** From the beginning of an incarnation on, where the recorder says where they are. */
  private static List<UsbEvent> script(List<UsbEvent> events) {
    boolean marked =
        events.stream().anyMatch(e -> e.comment().contains(INCARNATION))
            || events.stream().anyMatch(e -> e.comment().startsWith(GAP));
    if (!marked) {
      return events;
    }
    for (int i = 0; i < events.size(); i++) {
      if (events.get(i).comment().contains(INCARNATION)) {
        return events.subList(i, events.size());
      }
    }
    return List.of();
  }

  /** The longest answer to each request for a descriptor. */
  private static Map<Integer, byte[]> descriptors(List<UsbEvent> events) {
    Map<Long, UsbEvent> asked = new HashMap<>();
    Map<Integer, byte[]> answers = new TreeMap<>();
    for (UsbEvent event : events) {
      byte[] setup = event.setup();
      if (setup != null) {
        asked.remove(event.id());
        if (setup[0] == (byte) IN && setup[1] == GET_DESCRIPTOR) {
          asked.put(event.id(), event);
        }
      } else if (event.event() == 'C' && event.end() == TransferStatus.COMPLETED) {
        UsbEvent request = asked.remove(event.id());
        if (request != null && event.data().length == event.length()) {
          int key = (request.setup()[3] & 0xff) << 8 | request.setup()[2] & 0xff;
          answers.merge(key, event.data(), (a, b) -> b.length > a.length ? b : a);
        }
      }
    }
    return answers;
  }

  private static UsbSpeed speed(long bitsPerSecond, byte[] device, byte[] configuration) {
    for (UsbSpeed speed : UsbSpeed.values()) {
      if (speed != UsbSpeed.UNKNOWN && speed.kilobitsPerSecond() * 1000L == bitsPerSecond) {
        return speed;
      }
    }
    if (device[3] >= 3) {
      return UsbSpeed.SUPER;
    }
    return isHigh(configuration) ? UsbSpeed.HIGH : UsbSpeed.FULL;
  }

  /** Only at high speed a bulk endpoint has packets of 512 bytes (USB 2.0 section 5.8.3). */
  private static boolean isHigh(byte[] configuration) {
    for (int at = 0; at + 6 < configuration.length && configuration[at] > 0; ) {
      boolean bulk = configuration[at + 1] == 5 && (configuration[at + 3] & 3) == 2;
      if (bulk && (configuration[at + 4] & 0xff | (configuration[at + 5] & 0xff) << 8) == 512) {
        return true;
      }
      at += configuration[at];
    }
    return false;
  }
}
