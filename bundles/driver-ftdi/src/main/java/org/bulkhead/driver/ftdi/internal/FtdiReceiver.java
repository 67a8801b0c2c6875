package org.bulkhead.driver.ftdi.internal;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.bulkhead.device.serial.SerialLine;
import org.bulkhead.device.serial.SerialLine.Condition;
import org.bulkhead.device.usb.Endpoint;
import org.bulkhead.device.usb.Transfer;
import org.bulkhead.device.usb.UsbException;

/**
 * Keeps reads in flight while a line is connected and hands it what they bring, in order.
 *
 * <p>A transfer is idle, in flight, or held: completed, while the line has no room for its bytes.
 */
final class FtdiReceiver {

  private static final int TRANSFERS = 4;
  private static final int PACKETS_PER_TRANSFER = 16;

  /** In a row, without a good transfer between: then clearing the halt does not help. */
  private static final int MAX_STALLS = 3;

  private final Endpoint in;
  private final FtdiPackets packets;
  private final Consumer<Throwable> fail;
  private final ArrayDeque<Transfer> idle = new ArrayDeque<>(TRANSFERS);
  private final ArrayDeque<Transfer> held = new ArrayDeque<>(TRANSFERS);
  private final Runnable onRoom = this::roomAgain;

  private SerialLine line;
  private int inFlight;
  private int stale;
  private int stalls;
  private boolean halted;
  private boolean blocked;

  /**
   * Allocates the transfers.
   *
   * @param packetBytes the endpoint's largest packet
   * @param fail told of a failure outside of a call
   */
  FtdiReceiver(Endpoint in, int packetBytes, Consumer<Throwable> fail) throws UsbException {
    this.in = in;
    this.packets = new FtdiPackets(packetBytes);
    this.fail = fail;
    for (int i = 0; i < TRANSFERS; i++) {
      idle.add(in.allocate(packetBytes * PACKETS_PER_TRANSFER, this::completed));
    }
  }

  /** Starts for a line, in place of the one before; null stops and drops what is in flight. */
  void connect(SerialLine newLine) throws UsbException {
    if (line != null) {
      // They complete before any that is submitted from here on, so a count tells them apart.
      stale = inFlight;
      in.cancelAll();
      idle.addAll(held);
      held.clear();
      blocked = false;
    }
    line = newLine;
    packets.reset();
    refill();
  }

  /** Drops the bytes that the line has no room for; it still tells when to go on. */
  void drop() {
    held.forEach(transfer -> transfer.data().limit(transfer.data().position()));
  }

  private void completed(Transfer transfer) throws UsbException {
    inFlight--;
    if (stale > 0) {
      stale--;
      idle.add(transfer);
    } else {
      judge(transfer);
      report(packets.strip(transfer.data()));
      held.add(transfer);
    }
    if (halted && inFlight == 0) {
      in.clearHalt();
      halted = false;
    }
    deliver();
  }

  /** Throws what can only be mended by a new incarnation. */
  private void judge(Transfer transfer) throws UsbException {
    switch (transfer.status()) {
      case COMPLETED -> stalls = 0;
      case TIMEOUT -> {}
      case STALL -> {
        if (!halted) {
          if (++stalls > MAX_STALLS) {
            transfer.check();
          }
          halted = true;
          in.cancelAll();
        }
      }
      case CANCELLED -> {
        // Somebody reset the device: the chip has lost its settings.
        if (!halted) {
          transfer.check();
        }
      }
      default -> transfer.check();
    }
  }

  private void report(int met) {
    for (int i = 0; met != 0 && i < FtdiPackets.conditionCount(); i++) {
      Condition condition = FtdiPackets.condition(met, i);
      if (condition != null) {
        line.condition(condition);
      }
    }
  }

  private void deliver() throws UsbException {
    while (!blocked && !held.isEmpty()) {
      Transfer first = held.peek();
      if (first.data().hasRemaining() && !line.received(first.data())) {
        blocked = true;
        line.onRoom(onRoom);
      } else {
        idle.add(held.remove());
      }
    }
    refill();
  }

  private void roomAgain() {
    if (!blocked) {
      return;
    }
    blocked = false;
    try {
      deliver();
    } catch (UsbException e) {
      fail.accept(e);
    }
  }

  private void refill() throws UsbException {
    while (line != null && !halted && !blocked && !idle.isEmpty()) {
      Transfer next = idle.remove();
      next.data().clear();
      in.submit(next, null);
      inFlight++;
    }
  }
}
