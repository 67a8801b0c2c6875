package org.bulkhead.commands.internal;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bulkhead.console.CommandFailure;
import org.bulkhead.device.usb.DeviceIdentity;
import org.bulkhead.framework.admin.CompartmentInfo;
import org.bulkhead.framework.admin.DeviceInfo;
import org.bulkhead.framework.admin.DriverInfo;
import org.bulkhead.framework.admin.Gateway;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/**
 * Finds what an id names.
 *
 * <p>A device is named by its location, its key, its serial number, or the beginning of one of the
 * latter two where that is unique. A location must be whole: {@code 1-2} never means {@code 1-2.4},
 * also when {@code 1-2} has just been unplugged.
 */
final class Devices {

  private static final int SHORTEST_PREFIX = 3;

  private static final Duration SETTLING = Duration.ofSeconds(3);

  private Devices() {}

  /** Lets the drivers of a gateway that has just started attach, so that scripts need not wait. */
  static Gateway settled(Gateway gateway) {
    try {
      gateway.awaitSettled(SETTLING);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    return gateway;
  }

  static DeviceInfo device(Gateway gateway, String id) {
    return find(gateway.devices(), id);
  }

  static DriverInfo driver(Gateway gateway, String name) {
    List<DriverInfo> drivers = gateway.drivers();
    return drivers.stream()
        .filter(d -> d.name().equals(name) || d.bundleSymbolicName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new CommandFailure(
                    "no driver \""
                        + name
                        + "\": "
                        + thereAre(drivers.stream().map(d -> d.name()))));
  }

  static Bundle bundle(BundleContext context, DriverInfo driver) {
    Bundle bundle = context.getBundle(driver.bundleId());
    if (bundle == null) {
      throw new CommandFailure(driver.name() + " has just been uninstalled");
    }
    return bundle;
  }

  /** What the gateway takes as a target: a driver, a device, or one interface of a device. */
  static String target(Gateway gateway, String id) {
    List<DriverInfo> drivers = gateway.drivers();
    for (DriverInfo driver : drivers) {
      if (driver.name().equals(id) || driver.bundleSymbolicName().equals(id)) {
        return driver.name();
      }
    }
    List<DeviceInfo> devices = gateway.devices();
    List<DeviceInfo> whole = matching(devices, id);
    if (whole.size() == 1) {
      return whole.get(0).identity().location();
    }
    int colon = id.lastIndexOf(':');
    if (whole.isEmpty() && colon > 0 && id.substring(colon + 1).matches("\\d{1,3}")) {
      List<DeviceInfo> parts = matching(devices, id.substring(0, colon));
      if (parts.size() == 1) {
        return withDriver(parts.get(0), id.substring(colon + 1));
      }
    }
    // A device that is away has compartments still, and a target may be one of those.
    if (drivers.stream().flatMap(d -> d.compartments().stream()).anyMatch(c -> named(c, id))) {
      return id;
    }
    if (whole.size() > 1) {
      throw ambiguous(id, whole);
    }
    throw new CommandFailure(
        "no device or driver \""
            + id
            + "\": "
            + thereAre(Stream.concat(locations(devices), drivers.stream().map(d -> d.name()))));
  }

  private static boolean named(CompartmentInfo compartment, String id) {
    return compartment.location().equals(id)
        || (compartment.location() + ":" + compartment.interfaceNumber()).equals(id);
  }

  private static String withDriver(DeviceInfo device, String interfaceNumber) {
    int number = Integer.parseInt(interfaceNumber);
    String location = device.identity().location();
    if (device.compartments().stream().noneMatch(c -> c.interfaceNumber() == number)) {
      throw new CommandFailure(
          "no driver on interface "
              + number
              + " of "
              + location
              + ": "
              + thereAre(
                  device.compartments().stream()
                      .map(c -> location + ":" + c.interfaceNumber() + " (" + c.driver() + ")")));
    }
    return location + ":" + number;
  }

  static DeviceInfo find(List<DeviceInfo> devices, String id) {
    List<DeviceInfo> found = matching(devices, id);
    if (found.size() == 1) {
      return found.get(0);
    }
    if (found.size() > 1) {
      throw ambiguous(id, found);
    }
    throw new CommandFailure("no device \"" + id + "\": " + thereAre(locations(devices)));
  }

  static List<DeviceInfo> matching(List<DeviceInfo> devices, String id) {
    List<DeviceInfo> exact = select(devices, i -> i.location().equals(id) || i.key().equals(id));
    if (exact.isEmpty() && !id.isEmpty()) {
      exact = select(devices, i -> i.serialNumber().equals(id));
    }
    if (exact.isEmpty() && id.length() >= SHORTEST_PREFIX) {
      return select(devices, i -> i.key().startsWith(id) || i.serialNumber().startsWith(id));
    }
    return exact;
  }

  private static List<DeviceInfo> select(
      List<DeviceInfo> devices, Predicate<DeviceIdentity> condition) {
    return devices.stream().filter(d -> condition.test(d.identity())).toList();
  }

  private static CommandFailure ambiguous(String id, List<DeviceInfo> devices) {
    return new CommandFailure(
        "\""
            + id
            + "\" can be "
            + locations(devices).collect(Collectors.joining(" or "))
            + ": say which");
  }

  private static Stream<String> locations(List<DeviceInfo> devices) {
    return devices.stream().map(d -> d.identity().location());
  }

  static String thereAre(Stream<String> names) {
    List<String> all = names.toList();
    return switch (all.size()) {
      case 0 -> "there is none";
      case 1 -> "there is " + all.get(0);
      default -> "there are " + String.join(", ", all);
    };
  }
}
