package org.bulkhead.transport.libusb.internal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.bulkhead.device.transport.BusCompletion;
import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.transport.BusTransfer;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.usb4java.DeviceHandle;
import org.usb4java.LibUsb;

/**
 * An open device. Native calls that block are made one at a time under {@link #calls}, which {@code
 * close} takes; submissions and cancellations are made under the monitor of their transfer, through
 * which {@code close} passes after it has refused new ones; events are handled, by whichever
 * thread, with the turn of {@link LibusbEvents}, which {@code close} takes last and keeps while
 * libusb closes. So no call is inside libusb with the handle when it is closed, and no callback
 * under way. libusb_close hangs in a callback, therefore nothing that blocks is done there.
 *
 * <p>Longer than most classes here, because it is the whole of that argument.
 */
final class LibusbHandle implements BusHandle {

  /** How long cancelled transfers may take to come back. The kernel needs milliseconds. */
  private static final long CANCEL_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final int MAX_CAPACITY_BYTES = 16 << 20;
  private static final int MAX_PACKETS = 128;

  private final LibusbDevice device;
  private final LibusbContext context;
  private final LibusbEvents events;
  private final DeviceHandle handle;
  private final Layout layout;
  private final Map<Integer, Claim> claims = new HashMap<>();
  private final Claim endpoint0 = new Claim(-1);
  private final Set<LibusbTransfer> transfers = ConcurrentHashMap.newKeySet();
  private final ReentrantLock calls = new ReentrantLock();
  private final ReentrantLock closing = new ReentrantLock();
  private volatile boolean refused;
  private volatile boolean gone;
  private boolean closed; // guarded by closing

  LibusbHandle(LibusbDevice device, LibusbContext context, DeviceHandle handle) {
    this.device = device;
    this.context = context;
    this.events = context.events();
    this.handle = handle;
    layout = new Layout(device.sysfs().descriptors(), device.activeConfiguration());
    layout.interfaces().forEach(number -> claims.put(number, new Claim(number)));
    endpoint0.claimed = true;
    endpoint0.usable = true;
    // Detaches and claims in one step, and gives back on release. On systems without kernel
    // drivers it is not supported, and not needed.
    LibUsb.setAutoDetachKernelDriver(handle, true);
  }

  @Override
  public void claim(int interfaceNumber) throws UsbException {
    enter("claim interface " + interfaceNumber);
    try {
      Claim claim = claimOf(interfaceNumber);
      if (!claim.claimed) {
        int code = LibUsb.claimInterface(handle, interfaceNumber);
        if (code == LibUsb.ERROR_BUSY) {
          throw new UsbException(Kind.BUSY, Remedy.busy(device.sysfs(), interfaceNumber), 0, code);
        }
        check(code, "claim interface " + interfaceNumber);
        claim.claimed = true;
        claim.alternateSetting = 0;
        claim.usable = true;
      }
    } finally {
      calls.unlock();
    }
  }

  @Override
  public void release(int interfaceNumber) throws UsbException {
    enter("release interface " + interfaceNumber);
    try {
      Claim claim = claimed(interfaceNumber);
      quiesce(claim);
      claim.claimed = false;
      check(
          LibUsb.releaseInterface(handle, interfaceNumber), "release interface " + interfaceNumber);
    } finally {
      calls.unlock();
    }
  }

  @Override
  public void select(int interfaceNumber, int alternateSetting) throws UsbException {
    String operation =
        "select alternate setting " + alternateSetting + " of interface " + interfaceNumber;
    enter(operation);
    try {
      Claim claim = claimed(interfaceNumber);
      if (!layout.hasSetting(interfaceNumber, alternateSetting)) {
        throw failure(Kind.INVALID, operation, "the interface has no such setting", 0);
      }
      quiesce(claim);
      try {
        check(LibUsb.setInterfaceAltSetting(handle, interfaceNumber, alternateSetting), operation);
        claim.alternateSetting = alternateSetting;
      } finally {
        claim.usable = true;
      }
    } finally {
      calls.unlock();
    }
  }

  @Override
  public void clearHalt(int endpointAddress) throws UsbException {
    String operation = String.format("clear halt of endpoint 0x%02x", endpointAddress);
    enter(operation);
    try {
      int interfaceNumber = layout.interfaceOf(endpointAddress);
      if (interfaceNumber < 0) {
        throw failure(Kind.INVALID, operation, "the device has no such endpoint", 0);
      }
      claimed(interfaceNumber);
      check(LibUsb.clearHalt(handle, (byte) endpointAddress), operation);
    } finally {
      calls.unlock();
    }
  }

  @Override
  public void reset() throws UsbException {
    enter("reset");
    try {
      List<Claim> used = claims.values().stream().filter(claim -> claim.usable).toList();
      quiesce(endpoint0);
      used.forEach(this::quiesce);
      try {
        int code = LibUsb.resetDevice(handle);
        if (code == LibUsb.ERROR_NOT_FOUND) {
          // It came back as another device, or an interface could not be claimed again.
          device.renew();
          throw disconnected("reset");
        }
        check(code, "reset");
        for (Claim claim : used) {
          // libusb lets the interface go and claims it again, and so the kernel sets it to 0.
          if (claim.alternateSetting != 0) {
            check(
                LibUsb.setInterfaceAltSetting(
                    handle, claim.interfaceNumber, claim.alternateSetting),
                "select the alternate setting again after a reset");
          }
        }
      } finally {
        endpoint0.usable = true;
        used.forEach(claim -> claim.usable = true);
      }
    } finally {
      calls.unlock();
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
    String operation = String.format("allocate on endpoint 0x%02x", endpointAddress);
    enter(operation);
    try {
      Claim claim = endpoint0;
      if (type != TransferType.CONTROL) {
        if (!layout.isOfType(endpointAddress, type)) {
          throw failure(
              Kind.INVALID, operation, "the device has no such endpoint of type " + type, 0);
        }
        claim = claims.get(layout.interfaceOf(endpointAddress));
      } else if (endpointAddress != 0) {
        throw failure(Kind.INVALID, operation, "control transfers are on endpoint 0", 0);
      }
      if (capacityBytes < 0 || capacityBytes > MAX_CAPACITY_BYTES) {
        throw failure(Kind.INVALID, operation, capacityBytes + " bytes; it takes 0 to 16 MiB", 0);
      }
      boolean isochronous = type == TransferType.ISOCHRONOUS;
      if (packets < (isochronous ? 1 : 0)
          || packets > (isochronous ? MAX_PACKETS : 0)
          || isochronous && capacityBytes % packets != 0) {
        throw failure(Kind.INVALID, operation, packets + " packets in " + capacityBytes, 0);
      }
      java.util.Objects.requireNonNull(completion, "completion");
      LibusbTransfer transfer =
          new LibusbTransfer(
              this,
              context.calls(),
              handle,
              claim,
              type,
              endpointAddress,
              capacityBytes,
              packets,
              completion);
      transfers.add(transfer);
      return transfer;
    } finally {
      calls.unlock();
    }
  }

  /** Takes the lock for a native call, or throws; the caller unlocks. */
  private void enter(String operation) throws UsbException {
    if (refused || gone) {
      throw disconnected(operation);
    }
    if (events.isHandling()) {
      throw failure(Kind.INVALID, operation, "it blocks: do not call it from a completion", 0);
    }
    calls.lock();
    if (refused || gone) {
      calls.unlock();
      throw disconnected(operation);
    }
  }

  private Claim claimOf(int interfaceNumber) throws UsbException {
    Claim claim = claims.get(interfaceNumber);
    if (claim == null) {
      throw failure(Kind.INVALID, "interface " + interfaceNumber, "the device has none", 0);
    }
    return claim;
  }

  private Claim claimed(int interfaceNumber) throws UsbException {
    Claim claim = claimOf(interfaceNumber);
    if (!claim.claimed) {
      throw failure(Kind.INVALID, "interface " + interfaceNumber, "it is not claimed", 0);
    }
    return claim;
  }

  /**
   * Ends the claim's transfers before the kernel does: those that it takes away itself it reports
   * as completed, or as of a device that is gone.
   */
  private void quiesce(Claim claim) {
    claim.usable = false;
    if (!cancelAndAwait(transfer -> transfer.belongsTo(claim))) {
      device.log().warn("{}: cancelled transfers do not come back", device.sysfs());
    }
  }

  private boolean cancelAndAwait(Predicate<LibusbTransfer> which) {
    List<LibusbTransfer> chosen = transfers.stream().filter(which).toList();
    chosen.forEach(LibusbTransfer::cancel);
    return await(chosen);
  }

  private static boolean await(Iterable<LibusbTransfer> flying) {
    long until = System.nanoTime() + CANCEL_NANOS;
    boolean idle = true;
    for (LibusbTransfer transfer : flying) {
      idle &= transfer.awaitIdle(until);
    }
    return idle;
  }

  private void check(int code, String operation) throws UsbException {
    if (code == LibUsb.ERROR_NO_DEVICE) {
      throw disconnected(operation);
    }
    if (code < 0) {
      throw failure(LibusbCode.kind(code), operation, LibusbCode.name(code), code);
    }
  }

  void checkUsable() throws UsbException {
    if (refused || gone) {
      throw disconnected("submit");
    }
  }

  boolean isGone() {
    return gone;
  }

  /** The failure of a call on a device that is not there, or on a closed handle. */
  UsbException disconnected(String operation) {
    if (!refused && !gone) {
      device.suspect();
    }
    return failure(
        Kind.DISCONNECTED,
        operation,
        refused ? "the device was closed" : "the device is gone",
        LibUsb.ERROR_NO_DEVICE);
  }

  UsbException failure(Kind kind, String operation, String reason, int code) {
    return new UsbException(kind, device.sysfs() + ": " + operation + ": " + reason, 0, code);
  }

  LibusbEvents events() {
    return events;
  }

  void completionFailed(String endpoint, Throwable e) {
    device.log().error("{}: a completion of {} failed", device.sysfs(), endpoint, e);
  }

  /** Frees an idle transfer as soon as no callback is under way. */
  void discard(LibusbTransfer transfer) {
    if (transfers.remove(transfer)) {
      events.afterEvents(transfer::freeNative);
    }
  }

  /** The device left, or its transport ends. Does not block. */
  void gone() {
    gone = true;
    transfers.forEach(LibusbTransfer::abandon);
  }

  /** Refuses new calls and asks all transfers to end. Does not block. */
  void refuse() {
    refused = true;
    transfers.forEach(LibusbTransfer::cancel);
  }

  @Override
  public void close() {
    if (events.isHandling()) {
      refuse();
      device.later(this::close);
      return;
    }
    closing.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      refuse();
      boolean idle = await(List.copyOf(transfers));
      if (tryCalls()) {
        try {
          closeNative(idle);
        } finally {
          calls.unlock();
        }
      } else {
        leak("a call is stuck in the kernel");
      }
    } finally {
      closing.unlock();
    }
  }

  private boolean tryCalls() {
    long until = System.nanoTime() + CANCEL_NANOS;
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return calls.tryLock(until - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void closeNative(boolean idle) {
    // Also where a transfer is stuck: the kernel then takes it away by itself.
    for (Claim claim : claims.values()) {
      if (claim.claimed) {
        LibUsb.releaseInterface(handle, claim.interfaceNumber);
        claim.claimed = false;
      }
    }
    if (!idle && !await(List.copyOf(transfers))) {
      leak("transfers that were cancelled do not come back");
      return;
    }
    transfers.forEach(LibusbTransfer::free);
    closeWithinCalls();
  }

  private void closeWithinCalls() {
    if (events.exclusively(() -> LibUsb.close(handle), System.nanoTime() + CANCEL_NANOS)) {
      context.remove(this, false);
      device.closed(this);
    } else {
      // Seen where several devices went at once and the kernel held a close up for seconds.
      device.log().warn("{} is closed as soon as libusb's events allow it", device.sysfs());
      events.afterEvents(() -> device.later(this::closeLate));
    }
  }

  private void closeLate() {
    calls.lock();
    try {
      if (context.isOpen()) {
        closeWithinCalls();
      }
    } finally {
      calls.unlock();
    }
  }

  /** A leak is better than a crash, and closing now would be one. */
  private void leak(String reason) {
    device
        .log()
        .error(
            "{} is left open until the gateway ends: {}; its memory and claims stay",
            device.sysfs(),
            reason);
    context.remove(this, true);
    device.closed(this);
  }
}
