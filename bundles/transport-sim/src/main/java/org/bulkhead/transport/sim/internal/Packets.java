package org.bulkhead.transport.sim.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.descriptor.EndpointDescriptor;
import org.bulkhead.transport.sim.Handshake;
import org.bulkhead.transport.sim.SimFaults.Fault;

/**
 * Moves a transfer packet by packet between its memory and the model. Used on the event thread,
 * with the model's monitor held.
 */
final class Packets {

  private static final int SCRATCH_BYTES = 3 * 1024;

  private final Attachment attachment;
  private final Pipe pipe;
  private final int address;
  private final boolean in;
  private ByteBuffer scratch;
  private ControlRequest lastRequest = new ControlRequest(0, 0, 0, 0);

  Packets(Attachment attachment, Pipe pipe) {
    this.attachment = attachment;
    this.pipe = pipe;
    address = pipe.address;
    in = (address & 0x80) != 0;
  }

  /** How the transfer ended, or null where the device has nothing yet. */
  TransferStatus move(SimTransfer transfer) {
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
        pipe.halted = address != 0;
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
