package org.bulkhead.device.transport;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A transfer of a transport: idle, in flight, or freed. Submit, completion and resubmission
 * allocate nothing. It knows no deadline: the framework cancels what takes too long.
 */
@ConsumerType
public interface BusTransfer {

  /**
   * The memory, owned by the transport and sent or filled from its start, whatever position and
   * limit say. A control transfer starts with its 8 setup bytes (USB 2.0 table 9-2, little-endian).
   *
   * @return a direct buffer of the capacity allocated, always the same object
   */
  ByteBuffer buffer();

  /**
   * Starts a flight. Does not block. Exactly one completion follows unless this throws.
   *
   * @param lengthBytes how much to send or to read at most, 0 to the capacity; for control the
   *     setup and {@code wLength} together, which the transport checks against each other
   * @throws UsbException INVALID in flight, freed or out of range, DISCONNECTED, FAULT
   */
  void submit(int lengthBytes) throws UsbException;

  /**
   * Asks for the flight to end. Does not block; idempotent; nothing when idle. The completion tells
   * whether the transfer was cancelled or had ended already, and what moved.
   */
  void cancel();

  /**
   * Waits on the thread that wants a flight's end, so that no other has to wake it: blocks until
   * {@code over} is true, the thread is interrupted or the time has passed, and may return earlier.
   * Meanwhile the thread may tell completions, other transfers' too. Allocates nothing. Not called
   * from a completion.
   *
   * @param over what is waited for: quick, and true before {@link #wake} is called
   * @param nanos the longest wait; 0 tells what has ended by now and does not block
   */
  default void await(BooleanSupplier over, long nanos) {
    if (nanos > 0 && !over.getAsBoolean()) {
      LockSupport.parkNanos(this, nanos);
    }
  }

  /**
   * Has a thread look again whether its wait in {@link #await} is over, of this transfer or another
   * of the same handle; nothing where it does not wait. Does not block.
   *
   * @param waiter the thread, null for none
   */
  default void wake(Thread waiter) {
    LockSupport.unpark(waiter);
  }

  /**
   * How the last flight ended; valid from its completion to the next submit.
   *
   * @return the status
   */
  TransferStatus status();

  /**
   * What the last flight moved, setup bytes not counted; valid from its completion to the next
   * submit.
   *
   * @return bytes
   */
  int actualLengthBytes();

  /**
   * What one isochronous packet of the last flight moved.
   *
   * @param packet the packet's index
   * @return bytes
   */
  int packetLengthBytes(int packet);

  /**
   * How one isochronous packet of the last flight ended.
   *
   * @param packet the packet's index
   * @return the status
   */
  TransferStatus packetStatus(int packet);

  /**
   * Frees the transfer: at once when idle, in flight after a cancel, without a further completion.
   */
  void free();
}
