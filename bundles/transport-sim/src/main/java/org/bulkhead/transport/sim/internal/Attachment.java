package org.bulkhead.transport.sim.internal;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.transport.TransportListener;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.UsbSpeed;
import org.bulkhead.transport.sim.Handshake;
import org.bulkhead.transport.sim.SimDescription;
import org.bulkhead.transport.sim.SimDevice;
import org.bulkhead.transport.sim.SimHost;
import org.bulkhead.transport.sim.SimTimer;

/**
 * A device from one arrival to its departure. All state but {@code gone} is guarded by the model's
 * monitor.
 */
final class Attachment implements BusDevice, SimHost {

  /** Whichever configuration the device describes first. */
  static final int FIRST_CONFIGURATION = -1;

  final SimDevice device;
  final EventLoop loop;
  final Port port;
  final Functions functions;
  final Map<Integer, Handle> claims = new HashMap<>();
  private final SimDescription description;
  private final int busNumber;
  private final int address;
  private final int activeConfiguration;
  private final LoopTask delivery = LoopTask.of(this::deliver);
  private final Pipe[] pipes = new Pipe[Functions.INDICES];
  private SimTransfer doneHead;
  private SimTransfer doneTail;
  private volatile boolean gone;

  Attachment(Port port, EventLoop loop, int busNumber, int address, int configuration) {
    this.port = port;
    this.device = port.device;
    this.loop = loop;
    this.busNumber = busNumber;
    this.address = address;
    description = device.description();
    functions = new Functions(description);
    if (configuration != FIRST_CONFIGURATION && !functions.configure(configuration)) {
      throw new IllegalArgumentException(
          location() + " has no configuration " + configuration + " to set");
    }
    activeConfiguration = functions.configuration();
  }

  void arrive(TransportListener listener) {
    synchronized (device) {
      device.attached(this);
    }
    listener.arrived(this);
  }

  /** From now on each call fails; transfers end in {@link #depart}. Takes no lock. */
  void markGone() {
    gone = true;
  }

  void depart(TransportListener listener) {
    synchronized (device) {
      for (Pipe pipe : pipes) {
        if (pipe != null) {
          pipe.end(null, TransferStatus.DISCONNECTED);
        }
      }
      claims.clear();
      device.detached();
    }
    deliver();
    listener.left(this);
  }

  boolean gone() {
    return gone;
  }

  Set<Integer> claimed() {
    synchronized (device) {
      return Set.copyOf(claims.keySet());
    }
  }

  @Override
  public String location() {
    return port.location();
  }

  @Override
  public int busNumber() {
    return busNumber;
  }

  @Override
  public int address() {
    return address;
  }

  @Override
  public UsbSpeed speed() {
    return description.speed();
  }

  @Override
  public byte[] descriptors() {
    return description.descriptors();
  }

  @Override
  public int activeConfiguration() {
    return activeConfiguration;
  }

  @Override
  public int alternateSetting(int interfaceNumber) {
    synchronized (device) {
      return functions.settings().getOrDefault(interfaceNumber, 0);
    }
  }

  @Override
  public String interfaceName(int interfaceNumber) {
    synchronized (device) {
      return description.string(functions.nameIndex(interfaceNumber));
    }
  }

  void select(int interfaceNumber, int alternateSetting) {
    synchronized (device) {
      if (!functions.select(interfaceNumber, alternateSetting)) {
        throw new IllegalArgumentException(
            location() + ": interface " + interfaceNumber + " has no setting " + alternateSetting);
      }
    }
  }

  @Override
  public String manufacturer() {
    return text(14);
  }

  @Override
  public String product() {
    return text(15);
  }

  @Override
  public String serialNumber() {
    return text(16);
  }

  @Override
  public void cyclePort() throws UsbException {
    if (gone) {
      throw new UsbException(Kind.DISCONNECTED, "device " + location() + " is unplugged");
    }
    port.cycle();
  }

  private String text(int indexOffset) {
    byte[] bytes = description.descriptors();
    return indexOffset < bytes.length ? description.string(bytes[indexOffset] & 0xff) : "";
  }

  @Override
  public BusHandle open() throws UsbException {
    synchronized (device) {
      if (gone) {
        throw disconnected("open");
      }
      if (port.faults.denied()) {
        throw new UsbException(
            Kind.DENIED,
            location() + ": opening is refused by a fault set on the port; take it back there");
      }
      return new Handle(this);
    }
  }

  UsbException disconnected(String operation) {
    return new UsbException(
        Kind.DISCONNECTED, location() + ": " + operation + ": the device is unplugged or closed");
  }

  /** A control request: the model's own answer, else the standard one. */
  Handshake control(ControlRequest request, ByteBuffer data) {
    Handshake answer = device.control(request, data);
    return answer == Handshake.UNHANDLED ? StandardRequests.answer(this, request, data) : answer;
  }

  /** A control request without data outside of any transfer, on the caller's thread. */
  void request(ControlRequest request) throws UsbException {
    if (control(request, ByteBuffer.allocate(0)) != Handshake.ACK) {
      throw new UsbException(Kind.STALL, location() + ": the device refused " + request);
    }
    ready();
  }

  Pipe pipe(int endpointAddress) {
    int index = Functions.index(endpointAddress);
    if (pipes[index] == null) {
      pipes[index] = new Pipe(this, endpointAddress);
    }
    return pipes[index];
  }

  boolean busy(int interfaceNumber) {
    for (Pipe pipe : pipes) {
      if (pipe != null
          && pipe.inFlight() > 0
          && functions.interfaceOf(pipe.address) == interfaceNumber) {
        return true;
      }
    }
    return false;
  }

  void clearHalts() {
    for (Pipe pipe : pipes) {
      if (pipe != null) {
        pipe.halted = false;
      }
    }
  }

  /** Ends the transfers of a handle, or of all where it is null. */
  void cancelAll(Handle handle) {
    for (Pipe pipe : pipes) {
      if (pipe != null) {
        pipe.end(handle, TransferStatus.CANCELLED);
      }
    }
    deliverSoon();
  }

  /** As Linux does: an interface that nobody has is at its first setting. */
  void release(int interfaceNumber) {
    claims.remove(interfaceNumber);
    port.releases.incrementAndGet();
    if (functions.settings().getOrDefault(interfaceNumber, 0) != 0) {
      control(StandardRequests.setInterface(interfaceNumber, 0), ByteBuffer.allocate(0));
    }
  }

  void closed(Handle handle) {
    Set.copyOf(claims.keySet()).stream()
        .filter(number -> claims.get(number) == handle)
        .forEach(this::release);
  }

  /** A transfer ended; its completion is told by the event thread. */
  void done(SimTransfer transfer) {
    transfer.next = null;
    if (doneTail == null) {
      doneHead = transfer;
    } else {
      doneTail.next = transfer;
    }
    doneTail = transfer;
  }

  void deliverSoon() {
    loop.post(delivery);
  }

  /** Tells completions; called on the event thread, without the model's monitor. */
  void deliver() {
    while (true) {
      SimTransfer transfer;
      boolean tell;
      synchronized (device) {
        transfer = doneHead;
        if (transfer == null) {
          return;
        }
        doneHead = transfer.next;
        if (doneHead == null) {
          doneTail = null;
        }
        tell = transfer.land();
      }
      try {
        if (tell) {
          transfer.completion.completed(transfer);
        }
      } finally {
        transfer.handle.told();
      }
    }
  }

  /** One endpoint moved data: what another one refused may be different now. */
  void wakeOthers(Pipe progressed) {
    for (Pipe pipe : pipes) {
      if (pipe != null && pipe != progressed) {
        pipe.wake();
      }
    }
  }

  @Override
  public void ready() {
    synchronized (device) {
      wakeOthers(null);
    }
  }

  @Override
  public SimTimer timer(Runnable action) {
    LoopTask task =
        LoopTask.of(
            () -> {
              synchronized (device) {
                if (!gone) {
                  action.run();
                }
              }
            });
    return new SimTimer() {
      @Override
      public void set(Duration delay) {
        if (!gone) {
          loop.cancel(task);
          loop.postAt(task, loop.nanoTime() + delay.toNanos());
        }
      }

      @Override
      public void cancel() {
        loop.cancel(task);
      }
    };
  }

  @Override
  public long nanoTime() {
    return loop.nanoTime();
  }
}
