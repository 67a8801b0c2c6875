package org.bulkhead.transport.libusb.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;

/**
 * Switches a hub's port by its {@code disable} attribute, which Linux has since 6.0. Where the hub
 * switches power by port, the power goes too.
 */
final class PortSwitch {

  /** So that a device which loses power has lost it, USB 2.0 section 7.1.7.3 times two. */
  private static final long OFF_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Path devices;

  PortSwitch(Path devices) {
    this.devices = devices;
  }

  /** Off and on again; an interrupt does not leave it off. */
  void cycle(String location) throws UsbException {
    Path attribute = attribute(location);
    write(location, attribute, "1");
    try {
      long until = System.nanoTime() + OFF_NANOS;
      boolean interrupted = false;
      for (long left = OFF_NANOS; left > 0; left = until - System.nanoTime()) {
        LockSupport.parkNanos(left);
        interrupted |= Thread.interrupted();
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    } finally {
      write(location, attribute, "0");
    }
  }

  private Path attribute(String location) throws UsbException {
    int dash = location.indexOf('-');
    if (dash < 0) {
      throw new UsbException(Kind.UNSUPPORTED, location + " is a root hub, on no port");
    }
    int dot = location.lastIndexOf('.');
    boolean onRootHub = dot < 0;
    String hub = onRootHub ? location.substring(0, dash) + "-0" : location.substring(0, dot);
    String port = location.substring((onRootHub ? dash : dot) + 1);
    String hubDevice = onRootHub ? "usb" + location.substring(0, dash) : hub;
    Path attribute =
        devices
            .resolve(hubDevice)
            .resolve(hub + ":1.0")
            .resolve(hubDevice + "-port" + port)
            .resolve("disable");
    if (!Files.exists(attribute)) {
      throw new UsbException(
          Kind.UNSUPPORTED,
          "the port of device %s cannot be switched: there is no %s (Linux 6.0 or later has it)"
              .formatted(location, attribute));
    }
    return attribute;
  }

  private static void write(String location, Path attribute, String value) throws UsbException {
    try {
      Files.write(attribute, value.getBytes(StandardCharsets.US_ASCII), StandardOpenOption.WRITE);
    } catch (AccessDeniedException denied) {
      throw new UsbException(
          Kind.DENIED,
          "the port of device %s cannot be switched: no permission to write %s. 'sudo chgrp plugdev %s && sudo chmod g+w %s' gives it until the next boot"
              .formatted(location, attribute, attribute, attribute));
    } catch (IOException failed) {
      throw new UsbException(
          Kind.FAULT,
          "the port of device %s cannot be switched: writing %s to %s: %s"
              .formatted(location, value, attribute, failed.getMessage()));
    }
  }
}
