package org.bulkhead.commands.internal;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.bulkhead.device.usb.DeviceIdentity;
import org.bulkhead.device.usb.UsbSpeed;
import org.bulkhead.device.usb.descriptor.ConfigurationDescriptor;
import org.bulkhead.device.usb.descriptor.DeviceDescriptor;
import org.bulkhead.device.usb.descriptor.EndpointDescriptor;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.device.usb.descriptor.UsbDescriptors;
import org.bulkhead.framework.admin.CompartmentInfo;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.CrashInfo;
import org.bulkhead.framework.admin.DeviceInfo;
import org.bulkhead.framework.admin.DriverInfo;
import org.bulkhead.framework.admin.FaultInfo;
import org.bulkhead.framework.admin.Gateway;
import org.bulkhead.framework.admin.InjectedFault;
import org.bulkhead.framework.admin.NoSuchTargetException;
import org.bulkhead.framework.admin.Probation;
import org.bulkhead.framework.admin.Rung;
import org.bulkhead.framework.admin.RungInfo;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/** A gateway that knows what it is given, with a stick, a keyboard and a serial port to give. */
record FakeGateway(List<DeviceInfo> devices, List<DriverInfo> drivers, List<FaultInfo> faults)
    implements Gateway {

  static final CompartmentInfo STORAGE =
      new CompartmentInfo(
          "1-2",
          0,
          "mass-storage",
          CompartmentState.RUNNING,
          3,
          2,
          70,
          0,
          "",
          List.of("BlockDevice 0"));

  static final CompartmentInfo SERIAL =
      new CompartmentInfo(
          "1-3", 0, "ftdi", CompartmentState.BACKOFF, 1, 1, 0, 2, "it threw", List.of());

  static final DeviceInfo STICK =
      device("1-2", 0x0781, 0x5567, "4C53", "SanDisk", "Cruzer", 0x08, STORAGE);

  static final DeviceInfo STICK_BEHIND_HUB =
      device("1-2.4", 0x0781, 0x5567, "00121", "SanDisk", "Cruzer", 0x08);

  static final DeviceInfo PORT = device("1-3", 0x0403, 0x6001, "", "", "", 0xff, SERIAL);

  static FakeGateway full() {
    return new FakeGateway(
        List.of(STICK, STICK_BEHIND_HUB, PORT),
        List.of(driver("ftdi", true, SERIAL), driver("mass-storage", true, STORAGE)),
        List.of());
  }

  static FakeGateway of(DeviceInfo... devices) {
    return new FakeGateway(List.of(devices), List.of(), List.of());
  }

  static DriverInfo driver(String name, boolean running, CompartmentInfo... compartments) {
    return new DriverInfo(
        name,
        17,
        "org.bulkhead.driver." + name,
        "1.0.0",
        running,
        List.of("interface class 08/06/50"),
        Map.of("exception", 2L),
        List.of(new RungInfo(Rung.RESTART, 2, 1, 1, 0)),
        List.of(compartments));
  }

  static DeviceInfo device(
      String location,
      int vendor,
      int product,
      String serial,
      String maker,
      String model,
      int interfaceClass,
      CompartmentInfo... compartments) {
    EndpointDescriptor in = new EndpointDescriptor(0x81, 2, 512, 0, 0, 0, List.of());
    InterfaceDescriptor only =
        new InterfaceDescriptor(0, 0, interfaceClass, 6, 0x50, 0, List.of(in), List.of());
    ConfigurationDescriptor configuration =
        new ConfigurationDescriptor(1, 0, 0x80, 100, List.of(only), List.of(), List.of());
    DeviceDescriptor top =
        new DeviceDescriptor(0x0210, 0, 0, 0, 64, vendor, product, 0x0100, 1, 2, 3, 1);
    return new DeviceInfo(
        new DeviceIdentity(location, vendor, product, serial),
        "sim",
        1,
        5,
        UsbSpeed.HIGH,
        maker,
        model,
        new UsbDescriptors(top, List.of(configuration), List.of()),
        1,
        List.of(compartments),
        "",
        "",
        "");
  }

  @Override
  public List<CrashInfo> crashes() {
    return List.of();
  }

  @Override
  public void reset(String location) throws IOException {
    throw new IOException("the hub does not answer");
  }

  @Override
  public int restart(String target) throws NoSuchTargetException {
    return 1;
  }

  @Override
  public int release(String target) {
    return 0;
  }

  @Override
  public int complain(String target, String words) {
    return 1;
  }

  @Override
  public void start(Bundle bundle, int options) {}

  @Override
  public void stop(Bundle bundle, int options) {}

  @Override
  public void startFailed(Bundle bundle, BundleException why, String action) {}

  @Override
  public void stopFailed(Bundle bundle, BundleException why, String action) {}

  @Override
  public Probation probation(String driver) {
    return new Probation(Duration.ofSeconds(30), 0);
  }

  @Override
  public int inject(String target, InjectedFault kind) {
    throw new IllegalStateException("fault injection is off: set faults.injection=true");
  }

  @Override
  public boolean awaitSettled(Duration patience) {
    return true;
  }
}
