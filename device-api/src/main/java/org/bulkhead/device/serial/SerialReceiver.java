package org.bulkhead.device.serial;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.bulkhead.device.usb.Endpoint;
import org.bulkhead.device.usb.Transfer;
import org.bulkhead.device.usb.UsbException;

/**
 * The receiving half of a serial driver whose bytes come from a bulk endpoint: keeps reads in
 * flight while a line is connected and hands it what they bring, in order. Clears halts; what needs
 * a new incarnation it throws, or tells when no call is under way. For the driver's thread only; no
 * method blocks but for clearing a halt.
 *
 * <p>A transfer is idle, in flight, or held: completed, while the line has no room for its bytes.
 */
public final class SerialReceiver {

  /** What a device puts between the received bytes. */
  public interface Framing {

    /** A new connection begins: forgets what was reported. */
    void reset();

    /**
     * Leaves only received bytes in a buffer, and reports the conditions that it finds.
     *
     * @param data from position 0 to its limit what one transfer moved; afterwards the bytes
     *     received
     * @param line told of conditions
     */
    void unwrap(ByteBuffer data, SerialLine line);

    /** Nothing but received bytes. */
    Framing NONE =
        new Framing() {
          @Override
          public void reset() {}

          @Override
          public void unwrap(ByteBuffer data, SerialLine line) {}
        };
  }

  private static final int TRANSFERS = 4;
  private static final int PACKETS_PER_TRANSFER = 16;

  /** In a row, without a good transfer between: then clearing the halt does not help. */
  private static final int MAX_STALLS = 3;

  private final Endpoint in;
  private final Framing framing;
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
   * @param in a bulk endpoint of direction IN
   * @param packetBytes the endpoint's largest packet
   * @param framing what is around the bytes
   * @param fail told of a failure outside of a call
   * @throws UsbException BUSY where the compartment's memory is spent
   */
  public SerialReceiver(Endpoint in, int packetBytes, Framing framing, Consumer<Throwable> fail)
      throws UsbException {
    this.in = in;
    this.framing = framing;
    this.fail = fail;
    for (int i = 0; i < TRANSFERS; i++) {
      idle.add(in.allocate(packetBytes * PACKETS_PER_TRANSFER, this::completed));
    }
  }

  /**
   * Starts for a line, in place of the one before.
   *
   * @param newLine the line; null stops and drops what is in flight
   * @throws UsbException DISCONNECTED
   */
  public void connect(SerialLine newLine) throws UsbException {
    if (line != null) {
      // They complete before any that is submitted from here on, so a count tells them apart.
      stale = inFlight;
      in.cancelAll();
      idle.addAll(held);
      held.clear();
      blocked = false;
    }
    line = newLine;
    framing.reset();
    refill();
  }

  /** Drops the bytes that the line has no room for; it still tells when to go on. */
  public void drop() {
    held.forEach(transfer -> transfer.data().limit(transfer.data().position()));
  }

  private void completed(Transfer transfer) throws UsbException {
    inFlight--;
    if (stale > 0) {
      stale--;
      idle.add(transfer);
    } else {
      judge(transfer);
      framing.unwrap(transfer.data(), line);
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
        // Somebody reset the device: the device has lost its settings.
        if (!halted) {
          transfer.check();
        }
      }
      default -> transfer.check();
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
