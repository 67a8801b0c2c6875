package org.bulkhead.device.usb;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.bulkhead.device.usb.descriptor.EndpointDescriptor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A bulk, interrupt or isochronous endpoint of a claimed interface.
 *
 * <p>There are two forms. The synchronous one moves bytes and returns. The pipelined one keeps
 * several transfers in flight: {@linkplain #allocate allocate} them once, {@linkplain #submit
 * submit} each, and take completions, in the order of submission, from {@link #reap} or in a {@link
 * TransferHandler}; then submit them again. The steady state of the pipelined form allocates
 * nothing.
 *
 * <p>Native code sees only memory that the framework owns, so no buffer given here can be a bad
 * address, and none is written to after its call returned.
 */
@ProviderType
public interface Endpoint {

  /**
   * What the endpoint is. Cached, no I/O.
   *
   * @return the descriptor
   */
  EndpointDescriptor descriptor();

  /**
   * Reads once, into any kind of buffer, up to its remaining space. Blocks until the transfer ends:
   * when the space is full or the device sends a short packet (USB 2.0 section 5.8.3).
   *
   * <p>The position advances by what moved, also when the call fails. To avoid babble make the
   * space a multiple of the maximum packet size. May not be mixed with transfers in flight.
   *
   * @param destination where the bytes go
   * @param timeout how long to wait, more than zero
   * @return bytes read, 0 for a zero-length packet
   * @throws UsbException STALL, TIMEOUT, OVERFLOW, FAULT, CANCELLED when the thread is interrupted
   *     (its flag stays set), DISCONNECTED when the device is unplugged before or during the call,
   *     INVALID on an OUT endpoint
   */
  int read(ByteBuffer destination, Duration timeout) throws UsbException;

  /**
   * Writes all remaining bytes of any kind of buffer as one transfer. Blocks until the device took
   * them.
   *
   * @param source the bytes; the position advances by what moved, also when the call fails
   * @param timeout how long to wait, more than zero
   * @return bytes written, all of them
   * @throws UsbException as for {@link #read}; INVALID on an IN endpoint
   */
  int write(ByteBuffer source, Duration timeout) throws UsbException;

  /**
   * Makes a transfer with memory of its own, to be used many times. Counts against the
   * compartment's memory budget until it is freed, which closing the compartment does.
   *
   * @param capacityBytes the most that it can move, 0 to 16 MiB
   * @return the transfer, idle
   * @throws UsbException INVALID for a capacity out of range or an isochronous endpoint, BUSY where
   *     the budget is spent
   */
  Transfer allocate(int capacityBytes) throws UsbException;

  /**
   * As {@link #allocate(int)}, with completions handed to a handler instead of {@link #reap}.
   *
   * @param capacityBytes the most that it can move, 0 to 16 MiB
   * @param handler called on the compartment's thread, in the order of submission
   * @return the transfer, idle
   * @throws UsbException as {@link #allocate(int)}
   */
  Transfer allocate(int capacityBytes, TransferHandler handler) throws UsbException;

  /**
   * Makes an isochronous transfer of several packets (USB 2.0 section 5.6).
   *
   * @param packets how many packets, 1 to 128
   * @param packetBytes the space of each, up to what the endpoint moves in one (micro)frame
   * @param handler called on the compartment's thread, or null to use {@link #reap}
   * @return the transfer, idle
   * @throws UsbException INVALID out of range or on another kind of endpoint, UNSUPPORTED where the
   *     transport has no isochronous transfers
   */
  Transfer allocateIsochronous(int packets, int packetBytes, TransferHandler handler)
      throws UsbException;

  /**
   * Moves one allocated transfer and waits for it: the synchronous form without a copy.
   *
   * @param transfer idle, of this endpoint; its data's position to limit is sent, or on an IN
   *     endpoint filled
   * @param timeout how long to wait, more than zero
   * @return bytes moved
   * @throws UsbException as for {@link #read}
   */
  int transfer(Transfer transfer, Duration timeout) throws UsbException;

  /**
   * Puts a transfer in flight behind those already there. Does not block.
   *
   * @param transfer idle, of this endpoint; its data's position to limit is sent, or on an IN
   *     endpoint filled
   * @param deadline when to cancel it, counted from now, or null for none; a transfer that is
   *     cancelled so ends with TIMEOUT
   * @throws UsbException DISCONNECTED, INVALID where the transfer is in flight, freed or of another
   *     endpoint
   */
  void submit(Transfer transfer, Duration deadline) throws UsbException;

  /**
   * Lets only so many of the transfers that are submitted be at the device at a time. The others
   * wait in the framework, at most 256, which puts the next one in flight as soon as one has
   * completed, before its driver hears of that: a driver that is slow to take completions keeps the
   * device busy all the same, for as long as transfers wait.
   *
   * <p>After one that did not complete nothing more is put in flight until all were taken back:
   * what waits comes back CANCELLED.
   *
   * @param transfers how many, from 1; {@link Integer#MAX_VALUE} for all, as at first
   * @throws UsbException INVALID out of range, or with transfers in flight
   */
  void window(int transfers) throws UsbException;

  /**
   * Takes the next completion, in the order of submission, of the transfers without a handler. How
   * it ended is in {@link Transfer#status()}; this call does not throw for it.
   *
   * @param timeout how long to wait, zero to look only
   * @return the transfer, idle again, or null where none completed in time
   * @throws UsbException CANCELLED when the thread is interrupted, INVALID where none is in flight
   */
  Transfer reap(Duration timeout) throws UsbException;

  /**
   * Reads without a pause, by several transfers that are always at the device: for an IN endpoint
   * with none in flight. As many again, and sixteen at least, wait behind them or hold data that
   * was not taken yet, so that the device goes on while the driver works on what came; fewer, but
   * four at least, where that is more than a mebibyte.
   *
   * @param transfers how many at the device, 1 to 128; 4 to 8 fill most devices' time
   * @param bytes the most that each can move, a multiple of the maximum packet size
   * @return the reader; the transfers are in flight by now
   * @throws UsbException as {@link #allocate(int)} and {@link #submit}
   */
  default StreamReader reader(int transfers, int bytes) throws UsbException {
    return new StreamReader(this, transfers, bytes);
  }

  /**
   * Writes without a pause, by several transfers in flight behind one another: for an OUT endpoint
   * with none in flight.
   *
   * @param transfers how many, from 1; 4 to 8 fill most devices' time
   * @param bytes the most that each can move
   * @return the writer
   * @throws UsbException as {@link #allocate(int)}
   */
  default StreamWriter writer(int transfers, int bytes) throws UsbException {
    return new StreamWriter(this, transfers, bytes);
  }

  /**
   * How many transfers are submitted and not yet reaped or handled, whether at the device, waiting
   * for a {@link #window} or back. No I/O.
   *
   * @return 0 or more
   */
  int inFlight();

  /** Cancels all transfers in flight; each still completes, with CANCELLED. Does not block. */
  void cancelAll();

  /**
   * Ends a halt: CLEAR_FEATURE(ENDPOINT_HALT), which also sets the data toggle to 0 (USB 2.0
   * section 9.4.5). Does I/O. Allowed only with nothing in flight.
   *
   * @throws UsbException INVALID with transfers in flight, STALL, DISCONNECTED
   */
  void clearHalt() throws UsbException;
}
