package org.bulkhead.testkit.internal;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbSpeed;

/** What is open, claimed and in flight between the framework and the transport. */
public final class Ledger {

  private final Set<WatchedHandle> open = ConcurrentHashMap.newKeySet();
  private final List<String> complaints = new CopyOnWriteArrayList<>();

  /** A device that keeps this ledger. */
  public BusDevice watched(BusDevice device) {
    return new Watched(device);
  }

  void opened(WatchedHandle handle) {
    open.add(handle);
    if (open.size() > 1) {
      complain("a device was opened twice");
    }
  }

  void closed(WatchedHandle handle) {
    if (!open.remove(handle)) {
      complain("a handle was closed twice");
    }
    if (handle.inFlight() != 0) {
      complain("closed with transfers in flight: " + handle);
    }
  }

  /** Something was done wrong. */
  public void complain(String what) {
    complaints.add(what);
  }

  /** What the framework did wrong. */
  public List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** Whether nothing is open. */
  public boolean isClear() {
    return open.isEmpty();
  }

  @Override
  public String toString() {
    return "handles to be closed: " + open;
  }

  private final class Watched implements BusDevice {

    private final BusDevice device;

    Watched(BusDevice device) {
      this.device = device;
    }

    @Override
    public BusHandle open() throws UsbException {
      WatchedHandle handle = new WatchedHandle(Ledger.this, device.open());
      opened(handle);
      return handle;
    }

    @Override
    public void cyclePort() throws UsbException {
      device.cyclePort();
    }

    @Override
    public String location() {
      return device.location();
    }

    @Override
    public int busNumber() {
      return device.busNumber();
    }

    @Override
    public int address() {
      return device.address();
    }

    @Override
    public UsbSpeed speed() {
      return device.speed();
    }

    @Override
    public byte[] descriptors() throws UsbException {
      return device.descriptors();
    }

    @Override
    public int activeConfiguration() {
      return device.activeConfiguration();
    }

    @Override
    public int alternateSetting(int interfaceNumber) {
      return device.alternateSetting(interfaceNumber);
    }

    @Override
    public String interfaceName(int interfaceNumber) {
      return device.interfaceName(interfaceNumber);
    }

    @Override
    public String manufacturer() {
      return device.manufacturer();
    }

    @Override
    public String product() {
      return device.product();
    }

    @Override
    public String serialNumber() {
      return device.serialNumber();
    }
  }
}
