package org.bulkhead.transport.libusb.internal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a person can do about a device that cannot be opened or claimed. */
final class Remedy {

  private static final String RULES = "/etc/udev/rules.d/70-bulkhead.rules";

  private Remedy() {}

  /** After a refused open. */
  static String denied(SysfsDevice device) {
    return String.format(
        "cannot open %s: no permission for %s. Add this line to %s:%n"
            + "  SUBSYSTEM==\"usb\", ATTR{idVendor}==\"%04x\", ATTR{idProduct}==\"%04x\","
            + " MODE=\"0660\", GROUP=\"plugdev\"%n"
            + "make %s a member of that group, run 'sudo udevadm control --reload', and plug the"
            + " device in again",
        device,
        Sysfs.node(device.busNumber(), device.key().address()),
        RULES,
        device.vendorId(),
        device.productId(),
        System.getProperty("user.name"));
  }

  /** After an open that found no node, although sysfs still has the device. */
  static String noNode(SysfsDevice device) {
    return String.format(
        "cannot open %s: there is no %s. In a container, pass %s in (docker run --device); else"
            + " check that devtmpfs is mounted at /dev",
        device, Sysfs.node(device.busNumber(), device.key().address()), Sysfs.NODES);
  }

  /** After a refused claim. */
  static String busy(SysfsDevice device, int interfaceNumber) {
    String driver =
        Sysfs.kernelDriver(device.location(), device.key().configuration(), interfaceNumber);
    String holder =
        driver.isEmpty() || driver.equals("usbfs")
            ? holder(Sysfs.node(device.busNumber(), device.key().address()))
            : "the kernel driver "
                + driver
                + ", which does not let go: try 'sudo modprobe -r "
                + driver
                + "'";
    return "cannot claim interface " + interfaceNumber + " of " + device + ": held by " + holder;
  }

  /** The process that has the node open, as far as we may see it. */
  private static String holder(Path node) {
    String own = Long.toString(ProcessHandle.current().pid());
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (hasOpen(process, node)) {
          String pid = process.getFileName().toString();
          if (!pid.equals(own)) {
            return "process " + pid + " (" + command(process) + "): end it";
          }
        }
      }
    } catch (IOException unreadable) {
      // Then it stays unnamed.
    }
    return "another program: 'sudo fuser -v " + node + "' names it";
  }

  private static boolean hasOpen(Path process, Path node) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path file : files) {
        if (Files.readSymbolicLink(file).equals(node)) {
          return true;
        }
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException notOurs) {
      // Somebody else's process, or one that ended.
    }
    return false;
  }

  private static String command(Path process) {
    try {
      return Files.readString(process.resolve("comm")).strip();
    } catch (IOException ended) {
      return "?";
    }
  }
}
