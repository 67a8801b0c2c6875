package org.bulkhead.transport.sim.internal;

import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbSpeed;
import org.bulkhead.device.usb.descriptor.EndpointDescriptor;
import org.bulkhead.transport.sim.Handshake;
import org.bulkhead.transport.sim.SimFaults.Fault;

/**
 * One endpoint: the transfers in flight, in their order, and the packets that move them. State is
 * guarded by the model's monitor; packets move on the event thread only.
 */
final class Pipe extends LoopTask {

  private static final System.Logger LOG = System.getLogger(Pipe.class.getName());
  private static final int SCRATCH_BYTES = 3 * 1024;
  private static final long FRAME_NANOS = 1_000_000;
  private static final long MICROFRAME_NANOS = 125_000;

  final int address;
  boolean halted;
  private final Attachment attachment;
  private final boolean in;
  private SimTransfer head;
  private SimTransfer tail;
  private int inFlight;
  private ByteBuffer scratch;
  private ControlRequest lastRequest = new ControlRequest(0, 0, 0, 0);
  private long isochronousNanos;

  Pipe(Attachment attachment, int address) {
    this.attachment = attachment;
    this.address = address;
    in = (address & 0x80) != 0;
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
      return move(transfer);
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

  private TransferStatus move(SimTransfer transfer) {
    if (address == 0) {
      return control(transfer);
    }
    EndpointDescriptor endpoint = attachment.functions.endpoint(address);
    if (endpoint == null) {
      return TransferStatus.FAULT;
    }
    int packetBytes = Math.max(1, endpoint.maxPacketBytes());
    if (transfer.packets > 0) {
      return isochronous(transfer);
    }
    return in ? read(transfer, packetBytes) : write(transfer, packetBytes);
  }

  private TransferStatus control(SimTransfer transfer) {
    ByteBuffer setup = transfer.buffer();
    int dataBytes = transfer.length - SimTransfer.SETUP_BYTES;
    ControlRequest request = request(setup);
    boolean reads = (request.requestType() & 0x80) != 0;
    if (!reads) {
      corrupt(transfer, SimTransfer.SETUP_BYTES, dataBytes);
    }
    ByteBuffer data = transfer.window(SimTransfer.SETUP_BYTES, dataBytes);
    Handshake answer = attachment.control(request, data);
    if (!reads) {
      // The host's memory keeps what it meant to send.
      corrupt(transfer, SimTransfer.SETUP_BYTES, dataBytes);
    }
    if (answer != Handshake.ACK) {
      return failed(answer);
    }
    transfer.moved = reads ? data.position() - SimTransfer.SETUP_BYTES : dataBytes;
    if (reads) {
      corrupt(transfer, SimTransfer.SETUP_BYTES, transfer.moved);
      transfer.moved = transfer.fault == Fault.SHORT ? transfer.moved / 2 : transfer.moved;
    }
    return TransferStatus.COMPLETED;
  }

  /**
   * The setup packet as a record; the last one again where nothing changed, to allocate nothing.
   */
  private ControlRequest request(ByteBuffer setup) {
    int type = setup.get(0) & 0xff;
    int number = setup.get(1) & 0xff;
    int value = setup.getShort(2) & 0xffff;
    int index = setup.getShort(4) & 0xffff;
    ControlRequest last = lastRequest;
    if (last.requestType() != type
        || last.request() != number
        || last.value() != value
        || last.index() != index) {
      lastRequest = new ControlRequest(type, number, value, index);
    }
    return lastRequest;
  }

  private TransferStatus read(SimTransfer transfer, int packetBytes) {
    while (true) {
      int room = transfer.length - transfer.moved;
      boolean direct = room >= packetBytes;
      ByteBuffer packet =
          direct ? transfer.window(transfer.moved, packetBytes) : scratch().limit(packetBytes);
      int start = packet.position();
      Handshake answer = attachment.device.in(address, packet);
      if (answer != Handshake.ACK) {
        return failed(answer);
      }
      int bytes = packet.position() - start;
      if (!direct) {
        transfer
            .window(transfer.moved, Math.min(bytes, room))
            .put(packet.flip().limit(Math.min(bytes, room)));
      }
      boolean cut = transfer.fault == Fault.SHORT;
      boolean first = transfer.moved == 0;
      transfer.moved += cut ? bytes / 2 : Math.min(bytes, room);
      if (first) {
        corrupt(transfer, 0, transfer.moved);
      }
      if (bytes > room) {
        return TransferStatus.OVERFLOW;
      }
      if (cut || bytes < packetBytes || transfer.moved == transfer.length) {
        return TransferStatus.COMPLETED;
      }
    }
  }

  private TransferStatus write(SimTransfer transfer, int packetBytes) {
    do {
      int bytes = Math.min(packetBytes, transfer.length - transfer.moved);
      int corruptible = transfer.moved == 0 ? bytes : 0;
      corrupt(transfer, 0, corruptible);
      Handshake answer = attachment.device.out(address, transfer.window(transfer.moved, bytes));
      corrupt(transfer, 0, corruptible);
      if (answer != Handshake.ACK) {
        return failed(answer);
      }
      transfer.moved += bytes;
    } while (transfer.moved < transfer.length);
    return TransferStatus.COMPLETED;
  }

  private TransferStatus isochronous(SimTransfer transfer) {
    int share = transfer.length / transfer.packets;
    for (int i = 0; i < transfer.packets; i++) {
      ByteBuffer packet = transfer.window(i * share, share);
      Handshake answer =
          in ? attachment.device.in(address, packet) : attachment.device.out(address, packet);
      if (answer == Handshake.ACK || answer == Handshake.NAK) {
        int bytes = answer == Handshake.NAK ? 0 : in ? packet.position() - i * share : share;
        transfer.packet(i, bytes, TransferStatus.COMPLETED);
      } else {
        transfer.packet(
            i, 0, answer == Handshake.BABBLE ? TransferStatus.OVERFLOW : TransferStatus.FAULT);
      }
    }
    return TransferStatus.COMPLETED;
  }

  private TransferStatus failed(Handshake answer) {
    switch (answer) {
      case NAK:
        return null;
      case STALL:
        halted = address != 0;
        return TransferStatus.STALL;
      case BABBLE:
        return TransferStatus.OVERFLOW;
      default:
        return TransferStatus.FAULT;
    }
  }

  /** Inverts a byte of a transfer that is to be corrupted. */
  private static void corrupt(SimTransfer transfer, int at, int bytes) {
    if (transfer.fault == Fault.CORRUPT && bytes > 0) {
      transfer.buffer().put(at, (byte) ~transfer.buffer().get(at));
    }
  }

  private ByteBuffer scratch() {
    if (scratch == null) {
      scratch = ByteBuffer.allocate(SCRATCH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }
    return scratch.clear();
  }
}
