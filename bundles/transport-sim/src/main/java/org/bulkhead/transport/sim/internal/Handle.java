package org.bulkhead.transport.sim.internal;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bulkhead.device.transport.BusCompletion;
import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.transport.BusTransfer;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.EndpointDescriptor;
import org.bulkhead.device.usb.descriptor.TransferType;

/** An open device. State is guarded by the model's monitor. */
final class Handle implements BusHandle {

  private static final int SETUP_BYTES = 8;
  private static final int MAX_CONTROL_BYTES = SETUP_BYTES + 65_535;
  private static final int MAX_BYTES = 16 << 20;
  private static final int MAX_PACKETS = 128;
  private static final long CLOSE_SECONDS = 5;

  final Attachment attachment;
  private boolean closed;
  private int untold;

  Handle(Attachment attachment) {
    this.attachment = attachment;
  }

  void check(String operation) throws UsbException {
    if (closed || attachment.gone()) {
      throw attachment.disconnected(operation);
    }
  }

  UsbException invalid(String what) {
    return new UsbException(Kind.INVALID, attachment.location() + ": " + what);
  }

  boolean claimed(int interfaceNumber) {
    return attachment.claims.get(interfaceNumber) == this;
  }

  @Override
  public void claim(int interfaceNumber) throws UsbException {
    synchronized (attachment.device) {
      check("claim");
      if (!attachment.functions.hasInterface(interfaceNumber)) {
        throw invalid("claim: there is no interface " + interfaceNumber);
      }
      Handle holder = attachment.claims.get(interfaceNumber);
      if (holder != null && holder != this || attachment.port.faults.held(interfaceNumber)) {
        throw new UsbException(
            Kind.BUSY,
            attachment.location()
                + ": claim: interface "
                + interfaceNumber
                + " is held by "
                + (holder != null ? "another handle" : "a fault set on the port")
                + "; release it there");
      }
      attachment.claims.put(interfaceNumber, this);
    }
  }

  @Override
  public void release(int interfaceNumber) throws UsbException {
    synchronized (attachment.device) {
      checkIdle("release", interfaceNumber);
      attachment.release(interfaceNumber);
    }
  }

  @Override
  public void select(int interfaceNumber, int alternateSetting) throws UsbException {
    synchronized (attachment.device) {
      checkIdle("select", interfaceNumber);
      if (!attachment.functions.hasSetting(interfaceNumber, alternateSetting)) {
        throw invalid(
            "select: interface " + interfaceNumber + " has no setting " + alternateSetting);
      }
      attachment.request(StandardRequests.setInterface(interfaceNumber, alternateSetting));
    }
  }

  @Override
  public void clearHalt(int endpointAddress) throws UsbException {
    synchronized (attachment.device) {
      check("clear halt");
      int owner = attachment.functions.interfaceOf(endpointAddress);
      if (!claimed(owner)) {
        throw invalid(
            String.format("clear halt: no claimed interface has endpoint 0x%02x", endpointAddress));
      }
      if (attachment.pipe(endpointAddress).inFlight() > 0) {
        throw invalid(
            String.format("clear halt: endpoint 0x%02x has transfers in flight", endpointAddress));
      }
      attachment.request(StandardRequests.clearHalt(endpointAddress));
    }
  }

  private void checkIdle(String operation, int interfaceNumber) throws UsbException {
    check(operation);
    if (!claimed(interfaceNumber)) {
      throw invalid(operation + ": interface " + interfaceNumber + " is not claimed");
    }
    if (attachment.busy(interfaceNumber)) {
      throw invalid(operation + ": interface " + interfaceNumber + " has transfers in flight");
    }
  }

  @Override
  public void reset() throws UsbException {
    synchronized (attachment.device) {
      check("reset");
      attachment.cancelAll(null);
      Map<Integer, Integer> settings = attachment.functions.settings();
      attachment.clearHalts();
      attachment.port.resets.incrementAndGet();
      attachment.device.reset();
      attachment.request(StandardRequests.setConfiguration(attachment.functions.configuration()));
      for (Map.Entry<Integer, Integer> setting : settings.entrySet()) {
        if (setting.getValue() != 0) {
          attachment.request(StandardRequests.setInterface(setting.getKey(), setting.getValue()));
        }
      }
    }
  }

  @Override
  public BusTransfer allocate(
      TransferType type,
      int endpointAddress,
      int capacityBytes,
      int packets,
      BusCompletion completion)
      throws UsbException {
    synchronized (attachment.device) {
      check("allocate");
      boolean control = type == TransferType.CONTROL;
      boolean isochronous = type == TransferType.ISOCHRONOUS;
      EndpointDescriptor endpoint = attachment.functions.endpoint(endpointAddress);
      if (control ? endpointAddress != 0 : !offers(endpoint) || endpoint.type() != type) {
        throw invalid(
            String.format(
                "allocate: no claimed interface has a %s endpoint 0x%02x", type, endpointAddress));
      }
      int least = control ? SETUP_BYTES : 0;
      int most = control ? MAX_CONTROL_BYTES : MAX_BYTES;
      if (capacityBytes < least || capacityBytes > most || completion == null) {
        throw invalid("allocate: capacity of " + capacityBytes + " bytes, or no completion");
      }
      if (isochronous
          ? packets < 1 || packets > MAX_PACKETS || capacityBytes % packets != 0
          : packets != 0) {
        throw invalid("allocate: " + packets + " packets in " + capacityBytes + " bytes");
      }
      return new SimTransfer(
          this, attachment.pipe(endpointAddress), type, capacityBytes, packets, completion);
    }
  }

  /** Whether the endpoint is one of an active setting of an interface claimed here. */
  boolean offers(EndpointDescriptor endpoint) {
    return endpoint != null
        && attachment.functions.endpoint(endpoint.address()) == endpoint
        && claimed(attachment.functions.interfaceOf(endpoint.address()));
  }

  void submitted() {
    untold++;
  }

  /** A completion returned, or was not wanted. */
  void told() {
    synchronized (attachment.device) {
      if (--untold == 0 && closed) {
        attachment.device.notifyAll();
      }
    }
  }

  @Override
  public void close() {
    boolean interrupted = false;
    synchronized (attachment.device) {
      if (!closed) {
        closed = true;
        attachment.cancelAll(this);
      }
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
      // On the event thread nobody else would tell the completions that this waits for.
      while (untold > 0 && System.nanoTime() < deadline && !attachment.loop.isCurrentThread()) {
        try {
          attachment.device.wait(TimeUnit.SECONDS.toMillis(1));
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      attachment.closed(this);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
