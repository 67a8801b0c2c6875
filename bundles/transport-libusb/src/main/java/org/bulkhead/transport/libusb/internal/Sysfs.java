package org.bulkhead.transport.libusb.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.bulkhead.device.usb.UsbSpeed;

/**
 * Reads {@code /sys/bus/usb/devices}: what the kernel cached of each device, without any I/O to the
 * device and without permission to open it.
 */
final class Sysfs {

  static final Path DEVICES = Path.of("/sys/bus/usb/devices");
  static final Path NODES = Path.of("/dev/bus/usb");

  private Sysfs() {}

  /** The locations of all devices, root hubs included. */
  static Set<String> locations() throws IOException {
    Set<String> names = new HashSet<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(DEVICES)) {
      for (Path folder : folders) {
        String name = folder.getFileName().toString();
        // Interfaces are "1-2:1.0".
        if (name.indexOf(':') < 0) {
          names.add(name);
        }
      }
    } catch (NoSuchFileException none) {
      // A machine or a container without USB.
    }
    return names;
  }

  /** What tells whether the device is still the same, or nothing where it just went. */
  static Optional<SysfsDevice.Key> key(String location) {
    Path folder = DEVICES.resolve(location);
    try {
      Object identity = Files.readAttributes(folder, BasicFileAttributes.class).fileKey();
      String configuration = text(folder, "bConfigurationValue");
      return Optional.of(
          new SysfsDevice.Key(
              identity == null ? location : identity,
              Integer.parseInt(text(folder, "devnum")),
              configuration.isEmpty() ? 0 : Integer.parseInt(configuration)));
    } catch (IOException | NumberFormatException gone) {
      return Optional.empty();
    }
  }

  /** The device, or nothing where it just went. */
  static Optional<SysfsDevice> read(String location, SysfsDevice.Key key) {
    Path folder = DEVICES.resolve(location);
    try {
      return Optional.of(
          new SysfsDevice(
              location,
              key,
              Integer.parseInt(text(folder, "busnum")),
              speed(text(folder, "speed")),
              Files.readAllBytes(folder.resolve("descriptors")),
              text(folder, "manufacturer"),
              text(folder, "product"),
              text(folder, "serial")));
    } catch (IOException | NumberFormatException gone) {
      return Optional.empty();
    }
  }

  /** The node to open. */
  static Path node(int busNumber, int address) {
    return NODES.resolve(String.format("%03d/%03d", busNumber, address));
  }

  /** The alternate setting that an interface has, 0 where it cannot be read. */
  static int alternateSetting(String location, int configuration, int interfaceNumber) {
    try {
      // The kernel pads it with a blank.
      return Integer.parseInt(
          text(ofInterface(location, configuration, interfaceNumber), "bAlternateSetting"));
    } catch (IOException | NumberFormatException gone) {
      return 0;
    }
  }

  /** The string of an interface's alternate setting, or an empty text. */
  static String interfaceName(String location, int configuration, int interfaceNumber) {
    try {
      return text(ofInterface(location, configuration, interfaceNumber), "interface");
    } catch (IOException gone) {
      return "";
    }
  }

  private static Path ofInterface(String location, int configuration, int interfaceNumber) {
    // The root hub "usb1" has the interface "1-0:1.0".
    String device = location.startsWith("usb") ? location.substring(3) + "-0" : location;
    return DEVICES.resolve(device + ":" + configuration + "." + interfaceNumber);
  }

  /** The kernel driver bound to an interface, or an empty text. */
  static String kernelDriver(String location, int configuration, int interfaceNumber) {
    Path link =
        DEVICES.resolve(location + ":" + configuration + "." + interfaceNumber).resolve("driver");
    try {
      return Files.readSymbolicLink(link).getFileName().toString();
    } catch (IOException none) {
      return "";
    }
  }

  /** An attribute without its line end; empty where the device has no such string. */
  private static String text(Path folder, String attribute) throws IOException {
    try {
      return new String(Files.readAllBytes(folder.resolve(attribute)), StandardCharsets.UTF_8)
          .strip();
    } catch (NoSuchFileException none) {
      return "";
    }
  }

  private static UsbSpeed speed(String megabits) {
    return switch (megabits) {
      case "1.5" -> UsbSpeed.LOW;
      case "12" -> UsbSpeed.FULL;
      case "480" -> UsbSpeed.HIGH;
      case "5000" -> UsbSpeed.SUPER;
      case "10000", "20000" -> UsbSpeed.SUPER_PLUS;
      default -> UsbSpeed.UNKNOWN;
    };
  }
}
