package org.bulkhead.testkit.internal;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.bulkhead.device.transport.BusCompletion;
import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.transport.BusTransfer;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.descriptor.TransferType;

/** An open device whose claims and flights are counted. */
final class WatchedHandle implements BusHandle {

  final AtomicInteger flights = new AtomicInteger();
  private final Ledger ledger;
  private final BusHandle handle;
  private final Set<Integer> claims = ConcurrentHashMap.newKeySet();

  WatchedHandle(Ledger ledger, BusHandle handle) {
    this.ledger = ledger;
    this.handle = handle;
  }

  int inFlight() {
    return flights.get();
  }

  @Override
  public void claim(int interfaceNumber) throws UsbException {
    handle.claim(interfaceNumber);
    if (!claims.add(interfaceNumber)) {
      ledger.complain("interface " + interfaceNumber + " was claimed twice");
    }
  }

  @Override
  public void release(int interfaceNumber) throws UsbException {
    if (!claims.remove(interfaceNumber)) {
      ledger.complain("interface " + interfaceNumber + " was released unclaimed");
    }
    handle.release(interfaceNumber);
  }

  @Override
  public void select(int interfaceNumber, int alternateSetting) throws UsbException {
    handle.select(interfaceNumber, alternateSetting);
  }

  @Override
  public void clearHalt(int endpointAddress) throws UsbException {
    handle.clearHalt(endpointAddress);
  }

  @Override
  public void reset() throws UsbException {
    handle.reset();
  }

  @Override
  public BusTransfer allocate(
      TransferType type,
      int endpointAddress,
      int capacityBytes,
      int packets,
      BusCompletion completion)
      throws UsbException {
    WatchedTransfer watched = new WatchedTransfer(this, completion);
    watched.fill(handle.allocate(type, endpointAddress, capacityBytes, packets, watched));
    return watched;
  }

  @Override
  public void close() {
    handle.close();
    ledger.closed(this);
  }

  @Override
  public String toString() {
    return "handle with claims " + claims + " and " + flights + " transfers in flight";
  }
}
