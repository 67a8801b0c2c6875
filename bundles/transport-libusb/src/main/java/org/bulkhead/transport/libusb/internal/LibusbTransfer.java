package org.bulkhead.transport.libusb.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.bulkhead.device.transport.BusCompletion;
import org.bulkhead.device.transport.BusTransfer;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.usb4java.DeviceHandle;
import org.usb4java.LibUsb;

/**
 * One native transfer with memory of its own, made once and submitted many times. All fields are
 * set here once, and a flight takes one call to submit.
 *
 * <p>The native transfer is freed only when it is idle and no callback is under way, and touched by
 * nobody after that: all is guarded by this object's monitor. libusb holds no lock that submitting
 * or cancelling needs while it calls back.
 */
final class LibusbTransfer implements BusTransfer {

  private static final int SETUP_BYTES = 8;
  private static final int LENGTH_FIELD = 6;

  /** Set by the kernel for the data of one control transfer, USBDEVFS' MAX_CTRL_BUFFER_LENGTH. */
  private static final int MAX_CONTROL_BYTES = 4096;

  private final LibusbHandle handle;
  private final Claim claim;
  private final int endpointAddress;
  private final boolean control;
  private final ByteBuffer buffer;
  private final BusCompletion completion;
  private final boolean awaited;
  private final NativeTransfer transfer;
  private final int packetBytes;
  private final int[] packetLengths;
  private final TransferStatus[] packetStatuses;

  /** The next of those that landed together. Of whoever handles events. */
  LibusbTransfer nextLanded;

  private boolean inFlight;
  private boolean cancelled;
  private boolean freed;
  private int lengthBytes;
  private int awaitingIdle;

  // Written before the completion is told, and read by whoever was told of it.
  private TransferStatus status = TransferStatus.COMPLETED;
  private int actualLengthBytes;

  LibusbTransfer(
      LibusbHandle handle,
      NativeCalls calls,
      DeviceHandle device,
      Claim claim,
      TransferType type,
      int endpointAddress,
      int capacityBytes,
      int packetCount,
      BusCompletion completion)
      throws UsbException {
    this.handle = handle;
    this.claim = claim;
    this.endpointAddress = endpointAddress;
    this.control = type == TransferType.CONTROL;
    this.completion = completion;
    this.awaited = completion.awaited();
    // Never without an address, which an empty buffer might be.
    buffer =
        memory(Math.max(1, capacityBytes)).slice(0, capacityBytes).order(ByteOrder.LITTLE_ENDIAN);
    packetBytes = packetCount == 0 ? 0 : capacityBytes / packetCount;
    packetLengths = new int[packetCount];
    packetStatuses = new TransferStatus[packetCount];
    java.util.Arrays.fill(packetStatuses, TransferStatus.COMPLETED);
    transfer =
        calls.allocate(
            device, endpointAddress, Layout.bits(type), packetCount, buffer, this::landed);
    if (transfer == null) {
      throw failure(Kind.FAULT, "allocate", "no memory for a native transfer", 0);
    }
    setLength(capacityBytes);
  }

  private ByteBuffer memory(int bytes) throws UsbException {
    try {
      return ByteBuffer.allocateDirect(bytes);
    } catch (OutOfMemoryError e) {
      throw failure(
          Kind.FAULT,
          "allocate",
          "no direct memory for " + bytes + " bytes: raise -XX:MaxDirectMemorySize",
          0);
    }
  }

  private void setLength(int bytes) {
    transfer.setLength(bytes);
    lengthBytes = bytes;
    for (int i = 0; i < packetLengths.length; i++) {
      // Full packets first, so that each starts at a multiple of the packet size.
      transfer.setPacketLength(i, Math.max(0, Math.min(packetBytes, bytes - i * packetBytes)));
    }
  }

  @Override
  public ByteBuffer buffer() {
    return buffer;
  }

  @Override
  public synchronized void submit(int bytes) throws UsbException {
    handle.checkUsable();
    check(bytes);
    if (bytes != lengthBytes) {
      setLength(bytes);
    }
    cancelled = false;
    inFlight = true;
    if (!awaited) {
      handle.events().unattended();
    }
    int code = transfer.submit();
    if (code != LibUsb.SUCCESS) {
      inFlight = false;
      if (!awaited) {
        handle.events().attended();
      }
      throw refused(code);
    }
  }

  private void check(int bytes) throws UsbException {
    if (freed || inFlight) {
      throw failure(Kind.INVALID, "submit", freed ? "it was freed" : "it is in flight", 0);
    }
    if (bytes < 0 || bytes > buffer.capacity()) {
      throw failure(
          Kind.INVALID, "submit", bytes + " bytes; it has " + buffer.capacity() + " bytes", 0);
    }
    if (!claim.usable) {
      throw failure(
          Kind.INVALID,
          "submit",
          claim.claimed
              ? "interface " + claim.interfaceNumber + " is being set up or reset"
              : "interface " + claim.interfaceNumber + " is not claimed",
          0);
    }
    if (control) {
      checkSetup(bytes);
    }
  }

  private void checkSetup(int bytes) throws UsbException {
    // The kernel copies and checks the setup packet again, so that a later change harms nobody.
    int data = bytes < SETUP_BYTES ? -1 : buffer.getShort(LENGTH_FIELD) & 0xffff;
    if (bytes != SETUP_BYTES + data) {
      throw failure(
          Kind.INVALID,
          "submit",
          bytes + " bytes, but the setup packet says " + SETUP_BYTES + " + " + Math.max(0, data),
          0);
    }
    if (data > MAX_CONTROL_BYTES) {
      throw failure(Kind.INVALID, "submit", data + " bytes; Linux takes " + MAX_CONTROL_BYTES, 0);
    }
  }

  private UsbException refused(int code) {
    if (code == LibUsb.ERROR_NO_DEVICE) {
      return handle.disconnected("submit on " + endpoint());
    }
    String reason =
        code == LibUsb.ERROR_NO_MEM
            ? "the kernel's limit for transfers is reached: raise"
                + " /sys/module/usbcore/parameters/usbfs_memory_mb"
            : LibusbCode.name(code);
    return failure(LibusbCode.kind(code), "submit", reason, code);
  }

  @Override
  public synchronized void cancel() {
    if (inFlight && !cancelled) {
      cancelled = true;
      // NOT_FOUND and NO_DEVICE: it is about to complete by itself.
      transfer.cancel();
      handle.events().attend();
    }
  }

  @Override
  public void await(BooleanSupplier over, long nanos) {
    handle.events().await(over, nanos);
  }

  @Override
  public void wake(Thread waiter) {
    handle.events().wake(waiter);
  }

  /** Whether somebody comes for its ends. */
  boolean isAwaited() {
    return awaited;
  }

  /** Whether others depart as this one ends. */
  boolean isPrompt() {
    return completion.prompt();
  }

  /** In libusb's callback. */
  private void landed() {
    handle.events().landed(this);
  }

  /** Tells that the flight ended. Called by whoever handles events. */
  void tell() {
    try {
      if (land()) {
        handle.discard(this);
      } else {
        completion.completed(this);
      }
    } catch (RuntimeException | Error e) {
      handle.completionFailed(endpoint(), e);
    }
  }

  /** Notes the outcome; true when nobody wants to know it. */
  private synchronized boolean land() {
    TransferStatus outcome = LibusbCode.status(transfer.status());
    if (outcome != TransferStatus.COMPLETED && handle.isGone() && !cancelled) {
      outcome = TransferStatus.DISCONNECTED;
    }
    actualLengthBytes = Math.min(transfer.actualLength(), buffer.capacity());
    for (int i = 0; i < packetLengths.length; i++) {
      packetLengths[i] = transfer.packetActualLength(i);
      packetStatuses[i] = LibusbCode.status(transfer.packetStatus(i));
    }
    status = outcome;
    inFlight = false;
    if (!awaited) {
      handle.events().attended();
    }
    if (awaitingIdle > 0) {
      notifyAll();
    }
    return freed;
  }

  /** Waits for the end of the flight until a time of System.nanoTime; false when that passed. */
  synchronized boolean awaitIdle(long untilNanos) {
    boolean interrupted = false;
    long left = untilNanos - System.nanoTime();
    awaitingIdle++;
    while (inFlight && left > 0) {
      try {
        TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, 1_000_000));
      } catch (InterruptedException e) {
        interrupted = true;
      }
      left = untilNanos - System.nanoTime();
    }
    awaitingIdle--;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return !inFlight;
  }

  boolean belongsTo(Claim other) {
    return claim == other;
  }

  /** The device is gone: its transfers end as that, not as cancelled. */
  synchronized void abandon() {
    if (inFlight && !cancelled) {
      transfer.cancel();
      handle.events().attend();
    }
  }

  @Override
  public TransferStatus status() {
    return status;
  }

  @Override
  public int actualLengthBytes() {
    return actualLengthBytes;
  }

  @Override
  public int packetLengthBytes(int packet) {
    return packetLengths[packet];
  }

  @Override
  public TransferStatus packetStatus(int packet) {
    return packetStatuses[packet];
  }

  @Override
  public void free() {
    synchronized (this) {
      if (freed) {
        return;
      }
      freed = true;
      if (inFlight) {
        cancel();
        return;
      }
    }
    handle.discard(this);
  }

  /** Only for the context, once the transfer is idle and no callback is under way. */
  void freeNative() {
    transfer.free();
  }

  private String endpoint() {
    return String.format("endpoint 0x%02x", endpointAddress);
  }

  private UsbException failure(Kind kind, String operation, String reason, int code) {
    return handle.failure(kind, operation + " on " + endpoint(), reason, code);
  }
}
