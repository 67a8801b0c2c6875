package org.bulkhead.driver.hid.internal;

import java.util.ArrayDeque;
import org.bulkhead.device.input.InputSink;
import org.bulkhead.device.usb.Endpoint;
import org.bulkhead.device.usb.Transfer;
import org.bulkhead.device.usb.UsbException;

/** Keeps reads in flight while a sink is connected, and decodes what they bring, in order. */
final class ReportReader {

  /** Enough that none of a mouse's 1,000 reports in a second finds nobody waiting. */
  private static final int TRANSFERS = 4;

  /** In a row, without a good transfer between: then clearing the halt does not help. */
  private static final int MAX_STALLS = 3;

  private final Endpoint in;
  private final ReportDecoder decoder;
  private final ArrayDeque<Transfer> idle = new ArrayDeque<>(TRANSFERS);
  private InputSink sink;
  private int inFlight;
  private int stale;
  private int stalls;
  private boolean halted;

  /**
   * Allocates the transfers.
   *
   * @param reportBytes the longest input report, its id included
   */
  ReportReader(Endpoint in, int reportBytes, ReportDecoder decoder) throws UsbException {
    this.in = in;
    this.decoder = decoder;
    int packet = Math.max(1, in.descriptor().maxPacketBytes());
    // Whole packets, so that a device that sends more than it declares does not babble.
    int capacity = Math.max(1, (reportBytes + packet - 1) / packet) * packet;
    for (int i = 0; i < TRANSFERS; i++) {
      idle.add(in.allocate(capacity, this::completed));
    }
  }

  /** Starts for a sink, in place of the one before; null stops and drops what is in flight. */
  void connect(InputSink newSink) throws UsbException {
    if (sink != null) {
      // They complete before any that is submitted from here on, so a count tells them apart.
      stale = inFlight;
      in.cancelAll();
    }
    sink = newSink;
    decoder.reset();
    refill();
  }

  private void completed(Transfer transfer) throws UsbException {
    inFlight--;
    idle.add(transfer);
    if (stale > 0) {
      stale--;
    } else {
      take(transfer);
    }
    if (halted && inFlight == 0) {
      in.clearHalt();
      halted = false;
    }
    refill();
  }

  /** Throws what can only be mended by a new incarnation. */
  private void take(Transfer transfer) throws UsbException {
    switch (transfer.status()) {
      case COMPLETED -> {
        stalls = 0;
        if (transfer.actualLengthBytes() > 0) {
          decoder.decode(transfer.data(), sink);
        }
      }
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
        // Somebody reset the device: it has lost its settings.
        if (!halted) {
          transfer.check();
        }
      }
      default -> transfer.check();
    }
  }

  private void refill() throws UsbException {
    while (sink != null && !halted && !idle.isEmpty()) {
      Transfer next = idle.remove();
      next.data().clear();
      in.submit(next, null);
      inFlight++;
    }
  }
}
