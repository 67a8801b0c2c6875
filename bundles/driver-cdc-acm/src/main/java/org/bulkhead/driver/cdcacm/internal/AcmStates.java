package org.bulkhead.driver.cdcacm.internal;

import java.util.function.IntConsumer;
import org.bulkhead.device.usb.Endpoint;
import org.bulkhead.device.usb.Transfer;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;

/** Keeps a read on the notification endpoint and hands on the serial states that it brings. */
final class AcmStates {

  /** In a row: a device that goes on stalling has no notifications, and is a serial port yet. */
  private static final int MAX_STALLS = 3;

  /** Some devices say 0. */
  private static final int FALLBACK_PACKET_BYTES = 16;

  private final Endpoint in;
  private final Notifications notifications;
  private final IntConsumer onState;
  private final Transfer transfer;
  private int stalls;

  /**
   * Allocates the transfer.
   *
   * @param in the interrupt endpoint
   * @param onState given the bits of each serial state
   */
  AcmStates(Endpoint in, IntConsumer onState) throws UsbException {
    this.in = in;
    this.onState = onState;
    int said = in.descriptor().maxPacketBytes();
    int packetBytes = said > 0 ? said : FALLBACK_PACKET_BYTES;
    notifications = new Notifications(packetBytes);
    // One packet: a notification that fills its packets would not end a longer transfer.
    transfer = in.allocate(packetBytes, this::completed);
  }

  /** Starts reading. */
  void start() throws UsbException {
    transfer.data().clear();
    in.submit(transfer, null);
  }

  private void completed(Transfer done) throws UsbException {
    if (done.status() == TransferStatus.STALL) {
      notifications.reset();
      if (++stalls > MAX_STALLS) {
        return;
      }
      in.clearHalt();
    } else {
      done.check();
      stalls = 0;
      int state = notifications.packet(done.data());
      if (state != Notifications.NONE) {
        onState.accept(state);
      }
    }
    start();
  }
}
