package org.bulkhead.transport.chaos.internal;

import java.time.Duration;
import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.UsbSpeed;

/** A device that may be unplugged by chaos, from one arrival to its departure. */
final class ChaosDevice implements BusDevice {

  private final BusDevice real;
  private final ChaosWatch watch;
  private ChaosHandle open;
  private volatile boolean gone;

  ChaosDevice(BusDevice real, ChaosWatch watch) {
    this.real = real;
    this.watch = watch;
  }

  BusDevice real() {
    return real;
  }

  Plans.Strike strike(int endpointAddress) {
    return watch.plans().next(real.location(), endpointAddress);
  }

  Events events() {
    return watch.events();
  }

  /** Pulls it out, and plugs it in again after a while. On the thread of events. */
  void unplug(Duration awayFor) {
    ChaosHandle handle;
    synchronized (this) {
      if (gone) {
        return;
      }
      gone = true;
      handle = open;
    }
    if (handle != null) {
      handle.disconnect();
    }
    watch.unplugged(this, awayFor);
  }

  /** It is really gone; whoever has it open is told by the transport. */
  void left() {
    gone = true;
  }

  synchronized void closed(ChaosHandle handle) {
    if (open == handle) {
      open = null;
    }
  }

  private void check() throws UsbException {
    if (gone) {
      throw new UsbException(Kind.DISCONNECTED, location() + " is unplugged, by chaos");
    }
  }

  @Override
  public BusHandle open() throws UsbException {
    check();
    ChaosHandle handle = new ChaosHandle(this, real.open());
    synchronized (this) {
      open = handle;
      if (gone) {
        handle.disconnect();
      }
    }
    return handle;
  }

  @Override
  public void cyclePort() throws UsbException {
    check();
    real.cyclePort();
  }

  @Override
  public String location() {
    return real.location();
  }

  @Override
  public int busNumber() {
    return real.busNumber();
  }

  @Override
  public int address() {
    return real.address();
  }

  @Override
  public UsbSpeed speed() {
    return real.speed();
  }

  @Override
  public byte[] descriptors() throws UsbException {
    return real.descriptors();
  }

  @Override
  public int activeConfiguration() {
    return real.activeConfiguration();
  }

  @Override
  public int alternateSetting(int interfaceNumber) {
    return real.alternateSetting(interfaceNumber);
  }

  @Override
  public String interfaceName(int interfaceNumber) {
    return real.interfaceName(interfaceNumber);
  }

  @Override
  public String manufacturer() {
    return real.manufacturer();
  }

  @Override
  public String product() {
    return real.product();
  }

  @Override
  public String serialNumber() {
    return real.serialNumber();
  }
}
