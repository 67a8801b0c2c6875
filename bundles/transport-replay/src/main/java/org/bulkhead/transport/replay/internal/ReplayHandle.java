package org.bulkhead.transport.replay.internal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.bulkhead.device.transport.BusCompletion;
import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.transport.BusTransfer;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.TransferType;

/** An open device. State is guarded by its player's monitor. */
final class ReplayHandle implements BusHandle {

  private static final int MOST_BYTES = 16 << 20;
  private static final int SETUP_BYTES = 8;
  private static final long CLOSE_SECONDS = 5;
  private static final int TO_INTERFACE = 0x01;
  private static final int TO_ENDPOINT = 0x02;
  private static final int CLEAR_FEATURE = 1;
  private static final int SET_INTERFACE = 11;

  final Player player;
  int untold;
  private final Set<Integer> interfaces;
  private final Set<Integer> claimed = new HashSet<>();
  private final List<ReplayTransfer> transfers = new ArrayList<>();
  private boolean closed;

  ReplayHandle(Player player, Set<Integer> interfaces) {
    this.player = player;
    this.interfaces = interfaces;
  }

  void check() throws UsbException {
    if (closed || player.isGone()) {
      throw player.disconnected();
    }
  }

  UsbException invalid(String what) {
    return new UsbException(Kind.INVALID, player.location + ": " + what);
  }

  private void checkClaimed(int interfaceNumber) throws UsbException {
    check();
    if (!claimed.contains(interfaceNumber)) {
      throw invalid("interface " + interfaceNumber + " is not claimed");
    }
  }

  @Override
  public void claim(int interfaceNumber) throws UsbException {
    synchronized (player) {
      check();
      if (!interfaces.contains(interfaceNumber)) {
        throw invalid("there is no interface " + interfaceNumber);
      }
      claimed.add(interfaceNumber);
    }
  }

  @Override
  public void release(int interfaceNumber) throws UsbException {
    synchronized (player) {
      checkClaimed(interfaceNumber);
      claimed.remove(interfaceNumber);
    }
  }

  @Override
  public void select(int interfaceNumber, int alternateSetting) throws UsbException {
    synchronized (player) {
      checkClaimed(interfaceNumber);
      player.request(TO_INTERFACE, SET_INTERFACE, alternateSetting, interfaceNumber);
    }
  }

  @Override
  public void clearHalt(int endpointAddress) throws UsbException {
    synchronized (player) {
      check();
      player.request(TO_ENDPOINT, CLEAR_FEATURE, 0, endpointAddress);
    }
  }

  /** A reset is not in a trace of transfers: it always goes well. */
  @Override
  public void reset() throws UsbException {
    synchronized (player) {
      check();
      transfers.forEach(ReplayTransfer::cancel);
    }
  }

  @Override
  public BusTransfer allocate(
      TransferType type,
      int endpointAddress,
      int capacityBytes,
      int packets,
      BusCompletion completion)
      throws UsbException {
    synchronized (player) {
      check();
      if (type == TransferType.ISOCHRONOUS || packets != 0) {
        throw ReplayTransfer.isochronous(player.location);
      }
      boolean control = type == TransferType.CONTROL;
      int least = control ? SETUP_BYTES : 0;
      if (capacityBytes < least || capacityBytes > MOST_BYTES || completion == null) {
        throw invalid("a transfer of " + capacityBytes + " bytes, or without a completion");
      }
      ReplayTransfer transfer =
          new ReplayTransfer(this, endpointAddress, control, capacityBytes, completion);
      transfers.add(transfer);
      return transfer;
    }
  }

  @Override
  public void close() {
    boolean interrupted = false;
    synchronized (player) {
      closed = true;
      transfers.forEach(ReplayTransfer::cancel);
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
      while (untold > 0 && System.nanoTime() < until && !player.thread.isCurrent()) {
        try {
          player.wait(TimeUnit.SECONDS.toMillis(1));
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      claimed.clear();
      transfers.clear();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
