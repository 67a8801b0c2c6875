package org.bulkhead.transport.sim.internal;

import java.lang.System.Logger.Level;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbSpeed;
import org.bulkhead.device.usb.descriptor.EndpointDescriptor;

/**
 * One endpoint: the transfers in flight, in their order, their times and their faults. State is
 * guarded by the model's monitor.
 */
final class Pipe extends LoopTask {

  private static final System.Logger LOG = System.getLogger(Pipe.class.getName());
  private static final long FRAME_NANOS = 1_000_000;
  private static final long MICROFRAME_NANOS = 125_000;

  final int address;
  boolean halted;
  private final Attachment attachment;
  private final Packets packets;
  private SimTransfer head;
  private SimTransfer tail;
  private int inFlight;
  private long isochronousNanos;

  Pipe(Attachment attachment, int address) {
    this.attachment = attachment;
    this.address = address;
    packets = new Packets(attachment, this);
  }

  int inFlight() {
    return inFlight;
  }

  void landed() {
    inFlight--;
  }

  void append(SimTransfer transfer) {
    long latency = attachment.port.faults.latencyNanos();
    transfer.notBeforeNanos = latency;
    if (latency > 0) {
      transfer.notBeforeNanos = attachment.loop.nanoTime() + latency;
    }
    transfer.started = false;
    transfer.fault = null;
    transfer.next = null;
    transfer.queued = true;
    inFlight++;
    if (head == null) {
      head = transfer;
      tail = transfer;
      wake();
    } else {
      tail.next = transfer;
      tail = transfer;
    }
  }

  void remove(SimTransfer transfer) {
    SimTransfer before = null;
    for (SimTransfer t = head; t != transfer; t = t.next) {
      before = t;
    }
    if (before == null) {
      head = transfer.next;
    } else {
      before.next = transfer.next;
    }
    if (tail == transfer) {
      tail = before;
    }
    transfer.next = null;
    transfer.queued = false;
    if (before == null) {
      wake();
    }
  }

  /** Ends the transfers of a handle, or all. */
  void end(Handle handle, TransferStatus status) {
    for (SimTransfer t = head; t != null; ) {
      SimTransfer after = t.next;
      if (handle == null || t.handle == handle) {
        remove(t);
        t.finish(status);
      }
      t = after;
    }
  }

  void wake() {
    if (head != null) {
      attachment.loop.post(this);
    }
  }

  @Override
  void run() {
    synchronized (attachment.device) {
      if (serve()) {
        attachment.wakeOthers(this);
      }
    }
    attachment.deliver();
  }

  /** Moves what can be moved; returns whether anything was. */
  private boolean serve() {
    boolean progress = false;
    while (head != null && !attachment.gone()) {
      SimTransfer transfer = head;
      if (!due(transfer)) {
        return progress;
      }
      if (!transfer.started) {
        transfer.started = true;
        transfer.fault = attachment.port.faults.take(address);
      }
      int before = transfer.moved;
      TransferStatus status = step(transfer);
      progress |= status != null || transfer.moved != before;
      if (status == null) {
        return progress;
      }
      if (head == transfer) {
        remove(transfer);
        transfer.finish(status);
      }
    }
    return progress;
  }

  /** Whether a transfer's time has come; if not, asks to be run when it has. */
  private boolean due(SimTransfer transfer) {
    if (transfer.packets > 0 && !transfer.started) {
      long now = attachment.loop.nanoTime();
      long from = isochronousNanos - now > 0 ? isochronousNanos : now;
      isochronousNanos = from + transfer.packets * intervalNanos();
      transfer.notBeforeNanos = isochronousNanos;
      transfer.started = true;
      transfer.fault = attachment.port.faults.take(address);
    }
    if (transfer.notBeforeNanos != 0 && transfer.notBeforeNanos - attachment.loop.nanoTime() > 0) {
      attachment.loop.postAt(this, transfer.notBeforeNanos);
      return false;
    }
    return true;
  }

  private long intervalNanos() {
    EndpointDescriptor endpoint = attachment.functions.endpoint(address);
    int exponent = endpoint == null ? 0 : Math.max(0, Math.min(15, endpoint.interval() - 1));
    boolean micro = attachment.speed().compareTo(UsbSpeed.HIGH) >= 0;
    return (micro ? MICROFRAME_NANOS : FRAME_NANOS) << exponent;
  }

  /** How the transfer ended, or null where it has not. */
  private TransferStatus step(SimTransfer transfer) {
    if (transfer.fault != null) {
      switch (transfer.fault) {
        case DROP:
          return null;
        case STALL:
          halted = address != 0;
          return TransferStatus.STALL;
        case BABBLE:
          return TransferStatus.OVERFLOW;
        case ERROR:
          return TransferStatus.FAULT;
        case UNPLUG:
          attachment.port.unplug();
          return TransferStatus.DISCONNECTED;
        default:
          break;
      }
    }
    if (halted) {
      return TransferStatus.STALL;
    }
    try {
      return packets.move(transfer);
    } catch (RuntimeException | LinkageError | AssertionError e) {
      LOG.log(
          Level.WARNING,
          () ->
              String.format(
                  "%s: the device model threw on endpoint 0x%02x; the transfer ends as a fault",
                  attachment.location(), address),
          e);
      return TransferStatus.FAULT;
    }
  }
}
