package org.bulkhead.transport.chaos.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.bulkhead.transport.chaos.ChaosFault;

/**
 * One endpoint of an open device: its flights in the order in which they were submitted, which is
 * that in which they are completed, faults or not. The order of the bus is kept because drivers
 * rely on it; REORDER is the fault that does not.
 */
final class Lane {

  private static final int SETUP_BYTES = 8;

  private final ChaosHandle handle;
  private final int address;
  private final TransferType type;
  private final ArrayDeque<ChaosTransfer> flights = new ArrayDeque<>();
  private boolean halted;

  Lane(ChaosHandle handle, int address, TransferType type) {
    this.handle = handle;
    this.address = address;
    this.type = type;
  }

  /** Not under the monitor while it calls the transport, which has locks of its own. */
  void submit(ChaosTransfer transfer, int lengthBytes) throws UsbException {
    Plans.Strike strike = handle.strike(address);
    int length = lengthBytes;
    synchronized (this) {
      handle.check();
      if (transfer.flying) {
        throw new UsbException(Kind.INVALID, "the transfer is in flight");
      }
      transfer.flying = true;
      transfer.ended = false;
      transfer.cancelled = false;
      transfer.strike = strike;
      transfer.passedOn = !halted && passesOn(strike);
      flights.add(transfer);
      if (!transfer.passedOn) {
        endWithout(transfer);
        return;
      }
      length = suffer(transfer, lengthBytes);
    }
    boolean submitted = false;
    try {
      transfer.real().submit(length);
      submitted = true;
    } finally {
      if (!submitted) {
        refused(transfer);
      }
    }
  }

  private static boolean passesOn(Plans.Strike strike) {
    return strike == null
        || switch (strike.fault()) {
          case SHORT, DUPLICATE, LATE, CORRUPT, REORDER -> true;
          case STALL, BABBLE, ERROR, TIMEOUT, UNPLUG -> false;
        };
  }

  /** What happens on the way out; returns the length to submit. */
  private int suffer(ChaosTransfer transfer, int lengthBytes) {
    boolean data = !isIn(transfer) && lengthBytes > setupBytes();
    if (transfer.suffers(ChaosFault.CORRUPT) && data) {
      transfer.corrupt(setupBytes() + (lengthBytes - setupBytes()) / 2);
    }
    boolean shortens = transfer.suffers(ChaosFault.SHORT) && data && type != TransferType.CONTROL;
    return shortens ? lengthBytes / 2 : lengthBytes;
  }

  private synchronized void refused(ChaosTransfer transfer) {
    if (flights.remove(transfer)) {
      transfer.flying = false;
    }
  }

  private int setupBytes() {
    return type == TransferType.CONTROL ? SETUP_BYTES : 0;
  }

  private boolean isIn(ChaosTransfer transfer) {
    int direction = type == TransferType.CONTROL ? transfer.buffer().get(0) : address;
    return (direction & 0x80) != 0;
  }

  /** Decides the end of a transfer that the device does not see. */
  private void endWithout(ChaosTransfer transfer) {
    ChaosFault fault =
        halted || transfer.strike == null ? ChaosFault.STALL : transfer.strike.fault();
    switch (fault) {
      case STALL -> {
        halted = type != TransferType.CONTROL;
        endSoon(transfer, TransferStatus.STALL);
      }
      case BABBLE -> endSoon(transfer, TransferStatus.OVERFLOW);
      case ERROR -> endSoon(transfer, TransferStatus.FAULT);
      case UNPLUG -> handle.unplug(transfer.strike.delay());
      default -> {
        // TIMEOUT: until somebody cancels it.
      }
    }
  }

  private void endSoon(ChaosTransfer transfer, TransferStatus status) {
    handle.soon(
        () -> {
          synchronized (this) {
            if (transfer.flying && !transfer.ended) {
              transfer.end(status, 0);
              drain();
            }
          }
        });
  }

  /** The real transfer ended. */
  synchronized void arrived(ChaosTransfer transfer) {
    if (!transfer.flying || transfer.ended || !transfer.passedOn) {
      return;
    }
    if (transfer.suffers(ChaosFault.LATE) && !transfer.cancelled) {
      transfer.passedOn = false;
      handle.after(transfer.strike.delay(), () -> endLate(transfer));
      return;
    }
    transfer.endAsReal(isIn(transfer), setupBytes());
    if (transfer.suffers(ChaosFault.REORDER)) {
      handle.after(transfer.strike.delay(), () -> endLate(transfer));
    }
    drain();
  }

  private synchronized void endLate(ChaosTransfer transfer) {
    if (transfer.flying) {
      if (!transfer.ended) {
        transfer.endAsReal(isIn(transfer), setupBytes());
      }
      transfer.strike = null;
      drain();
    }
  }

  private void drain() {
    for (ChaosTransfer head = flights.peekFirst();
        head != null && head.ended;
        head = flights.peekFirst()) {
      flights.removeFirst();
      if (head.suffers(ChaosFault.REORDER)) {
        ChaosTransfer behind = flights.peekFirst();
        if (behind == null || !behind.ended) {
          // Its turn comes with the end of the one behind it, or of its delay.
          flights.addFirst(head);
          return;
        }
        flights.removeFirst();
        complete(behind);
      }
      complete(head);
    }
  }

  private static void complete(ChaosTransfer transfer) {
    boolean twice = transfer.suffers(ChaosFault.DUPLICATE);
    transfer.flying = false;
    transfer.tell();
    if (twice) {
      transfer.tell();
    }
  }

  void cancel(ChaosTransfer transfer) {
    boolean real;
    synchronized (this) {
      if (!transfer.flying || transfer.ended) {
        return;
      }
      transfer.cancelled = true;
      real = transfer.passedOn;
    }
    if (real) {
      transfer.real().cancel();
    } else if (transfer.suffers(ChaosFault.LATE)) {
      // It has ended on the bus, and a cancel that comes too late tells so.
      handle.soon(() -> endLate(transfer));
    } else {
      endSoon(transfer, TransferStatus.CANCELLED);
    }
  }

  void free(ChaosTransfer transfer) {
    synchronized (this) {
      if (flights.remove(transfer)) {
        transfer.flying = false;
        drain();
      }
    }
    transfer.real().free();
  }

  synchronized void clearHalt() {
    halted = false;
  }

  /** The device is gone: everything in flight ends so. */
  synchronized void disconnect() {
    for (ChaosTransfer transfer : new ArrayList<>(flights)) {
      if (!transfer.ended) {
        transfer.end(TransferStatus.DISCONNECTED, 0);
      }
      transfer.strike = null;
    }
    drain();
  }
}
