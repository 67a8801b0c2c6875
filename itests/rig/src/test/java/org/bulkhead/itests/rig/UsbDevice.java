package org.bulkhead.itests.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * An emulated device, as the file {@code devices} describes it.
 *
 * @param name the device's name, which is also its id in QEMU
 * @param path the port path in the guest: bus number and ports, as sysfs names it ({@code 1-15.1})
 * @param usbId {@code idVendor:idProduct}, lower-case hex
 * @param parts QEMU's device arguments; more than one where several make one USB device
 */
record UsbDevice(String name, String path, String usbId, List<String> parts) {

  private static final List<UsbDevice> TABLE = read(Path.of("devices"));

  /**
   * 32 MiB; sector n begins with {@code RIG-SECTOR-<n in 8 digits>} and a line feed. SuperSpeed.
   */
  static final UsbDevice STICK = named("stick");

  static final UsbDevice KEYBOARD = named("keyboard");
  static final UsbDevice MOUSE = named("mouse");
  static final UsbDevice TABLET = named("tablet");
  static final UsbDevice WACOM = named("wacom");

  /** Plugged in while a {@link SerialPeer} is connected. */
  static final UsbDevice FTDI = named("ftdi");

  /** A Braille display behind an FTDI chip; plugged in while a {@link SerialPeer} is connected. */
  static final UsbDevice BRAILLE = named("braille");

  static final UsbDevice CCID = named("ccid");
  static final UsbDevice NET = named("net");
  static final UsbDevice AUDIO = named("audio");
  static final UsbDevice MTP = named("mtp");

  /** The stick's content by USB Attached SCSI. */
  static final UsbDevice UAS = named("uas");

  /** The stick's content by Bulk-Only Transport, from QEMU's device that carries several LUNs. */
  static final UsbDevice BOT = named("bot");

  static final UsbDevice HUB = named("hub");
  static final UsbDevice HUB_MOUSE = named("hub-mouse");

  /** The stick's content at high speed. */
  static final UsbDevice EHCI_STICK = named("ehci-stick");

  static final UsbDevice EHCI_KEYBOARD = named("ehci-keyboard");

  /** What {@code gadget up} adds: the guest's kernel plays it, so that it is not in the table. */
  static final UsbDevice GADGET = new UsbDevice("gadget", "4-1", "1209:0001", List.of());

  /** Returns all emulated devices, in the table's order. */
  static List<UsbDevice> all() {
    return TABLE;
  }

  /** Returns whether the device is there only while somebody is connected to its socket. */
  boolean needsPeer() {
    return this == FTDI || this == BRAILLE;
  }

  @Override
  public String toString() {
    return name + " at " + path;
  }

  private static UsbDevice named(String name) {
    return TABLE.stream()
        .filter(device -> device.name.equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no '" + name + "' in the file devices"));
  }

  private static List<UsbDevice> read(Path table) {
    try (Stream<String> lines = Files.lines(table)) {
      return lines
          .map(line -> line.replaceFirst("#.*", ""))
          .filter(line -> !line.isBlank())
          .map(line -> parse(line.trim().split(" *\\| *")))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static UsbDevice parse(String[] columns) {
    return new UsbDevice(
        columns[0], columns[1], columns[2], Arrays.asList(columns[4].split(" *; *")));
  }
}
