package org.bulkhead.framework.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.bulkhead.framework.admin.CompartmentInfo;
import org.bulkhead.framework.admin.DeviceInfo;
import org.bulkhead.framework.admin.DriverInfo;
import org.bulkhead.framework.internal.access.SupervisedDriver;
import org.bulkhead.framework.internal.compartment.Compartment;
import org.bulkhead.framework.internal.compartment.Compartments;
import org.bulkhead.framework.internal.compartment.Host;
import org.bulkhead.framework.internal.device.DeviceRegistry;
import org.bulkhead.framework.internal.device.ManagedDevice;
import org.bulkhead.framework.internal.names.UsbIds;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Devices and drivers as administration sees them. */
record Inventory(
    BundleContext context,
    Host host,
    DeviceRegistry registry,
    Compartments compartments,
    UsbIds names) {

  /** The devices that are plugged in. */
  List<DeviceInfo> devices() {
    Map<String, List<Compartment>> attached =
        compartments.all().stream().collect(Collectors.groupingBy(Compartment::deviceKey));
    return registry.devices().stream()
        .map(d -> info(d, attached.getOrDefault(d.identity().key(), List.of())))
        .toList();
  }

  private DeviceInfo info(ManagedDevice device, List<Compartment> attached) {
    return new DeviceInfo(
        device.identity(),
        device.transport(),
        device.bus().busNumber(),
        device.bus().address(),
        device.bus().speed(),
        device.bus().manufacturer(),
        device.bus().product(),
        device.descriptors(),
        device.bus().activeConfiguration(),
        infos(attached),
        device.problem(),
        names.vendor(device.identity().vendorId()),
        names.product(device.identity().vendorId(), device.identity().productId()));
  }

  private static List<CompartmentInfo> infos(List<Compartment> compartments) {
    return compartments.stream()
        .map(Compartment::info)
        .sorted(Comparator.comparingInt(CompartmentInfo::interfaceNumber))
        .toList();
  }

  /** Those that run, and those whose bundles are there but do not, by name. */
  List<DriverInfo> drivers(List<SupervisedDriver> running) {
    List<DriverInfo> infos = new ArrayList<>();
    for (SupervisedDriver driver : running) {
      Bundle bundle = driver.bundle();
      infos.add(
          new DriverInfo(
              driver.name(),
              bundle.getBundleId(),
              bundle.getSymbolicName(),
              bundle.getVersion().toString(),
              true,
              driver.matches(),
              host.tally(driver.name()).faults(),
              host.tally(driver.name()).ladder(),
              infos(compartments.of(c -> c.driverName().equals(driver.name())))));
    }
    StoppedDrivers.in(context, infos, host).forEach(infos::add);
    infos.sort(Comparator.comparing(DriverInfo::name));
    return infos;
  }
}
