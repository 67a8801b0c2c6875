package org.bulkhead.transport.chaos.internal;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bulkhead.device.transport.BusCompletion;
import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.transport.BusTransfer;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.TransferType;

/** An open device whose transfers may suffer, and which may be unplugged at any moment. */
final class ChaosHandle implements BusHandle {

  private final ChaosDevice device;
  private final BusHandle real;
  private final Map<Integer, Lane> lanes = new ConcurrentHashMap<>();
  private volatile boolean gone;

  ChaosHandle(ChaosDevice device, BusHandle real) {
    this.device = device;
    this.real = real;
  }

  void check() throws UsbException {
    if (gone) {
      throw new UsbException(Kind.DISCONNECTED, device.location() + " is unplugged, by chaos");
    }
  }

  Plans.Strike strike(int address) {
    return device.strike(address);
  }

  void soon(Runnable task) {
    device.events().execute(task);
  }

  void after(Duration delay, Runnable task) {
    device.events().after(delay, task);
  }

  void unplug(Duration awayFor) {
    soon(() -> device.unplug(awayFor));
  }

  /** From now on the device is not there for whoever has opened it. */
  void disconnect() {
    gone = true;
    lanes.values().forEach(Lane::disconnect);
  }

  @Override
  public void claim(int interfaceNumber) throws UsbException {
    check();
    real.claim(interfaceNumber);
  }

  @Override
  public void release(int interfaceNumber) throws UsbException {
    check();
    real.release(interfaceNumber);
  }

  @Override
  public void select(int interfaceNumber, int alternateSetting) throws UsbException {
    check();
    real.select(interfaceNumber, alternateSetting);
    lanes.values().forEach(Lane::clearHalt);
  }

  @Override
  public void clearHalt(int endpointAddress) throws UsbException {
    check();
    real.clearHalt(endpointAddress);
    Lane lane = lanes.get(endpointAddress);
    if (lane != null) {
      lane.clearHalt();
    }
  }

  @Override
  public void reset() throws UsbException {
    check();
    real.reset();
    lanes.values().forEach(Lane::clearHalt);
  }

  @Override
  public BusTransfer allocate(
      TransferType type,
      int endpointAddress,
      int capacityBytes,
      int packets,
      BusCompletion completion)
      throws UsbException {
    check();
    Lane lane = lanes.computeIfAbsent(endpointAddress, a -> new Lane(this, a, type));
    ChaosTransfer transfer = new ChaosTransfer(lane, completion);
    transfer.over(real.allocate(type, endpointAddress, capacityBytes, packets, transfer));
    return transfer;
  }

  @Override
  public void close() {
    disconnect();
    real.close();
    device.closed(this);
  }
}
