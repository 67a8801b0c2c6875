package org.bulkhead.transport.replay.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bulkhead.device.transport.BusCompletion;
import org.bulkhead.device.transport.BusTransfer;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;

/** A transfer that is answered from a trace. State is guarded by its player's monitor. */
final class ReplayTransfer implements BusTransfer {

  private static final int SETUP_BYTES = 8;
  private static final int LENGTH = 6;

  final int endpoint;
  final ReplayHandle handle;
  boolean cancelled;
  boolean answered;
  byte[] answer;
  private final Player player;
  private final boolean control;
  private final ByteBuffer buffer;
  private final BusCompletion completion;
  private boolean flying;
  private boolean freed;
  private int length;
  private TransferStatus status = TransferStatus.COMPLETED;
  private int actual;

  ReplayTransfer(
      ReplayHandle handle, int endpoint, boolean control, int bytes, BusCompletion completion) {
    this.handle = handle;
    this.player = handle.player;
    this.endpoint = endpoint;
    this.control = control;
    this.completion = completion;
    this.buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public ByteBuffer buffer() {
    return buffer;
  }

  int capacity() {
    return length;
  }

  @Override
  public void submit(int lengthBytes) throws UsbException {
    synchronized (player) {
      handle.check();
      ByteBuffer view = buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN).clear();
      if (flying || freed || lengthBytes < 0 || lengthBytes > view.capacity()) {
        throw handle.invalid("submit of " + lengthBytes + " bytes, in flight, freed or too many");
      }
      byte[] setup = null;
      int from = 0;
      if (control) {
        if (lengthBytes < SETUP_BYTES
            || lengthBytes - SETUP_BYTES != (view.getShort(LENGTH) & 0xffff)) {
          throw handle.invalid("a control transfer whose wLength is not its length");
        }
        setup = new byte[SETUP_BYTES];
        view.get(0, setup);
        from = SETUP_BYTES;
      }
      boolean reads = ((control ? setup[0] : endpoint) & 0x80) != 0;
      byte[] sent = new byte[reads ? 0 : lengthBytes - from];
      view.get(from, sent);
      length = lengthBytes - from;
      player.submit(this, setup, length, sent);
    }
  }

  void begin() {
    flying = true;
    cancelled = false;
    handle.untold++;
  }

  @Override
  public void cancel() {
    synchronized (player) {
      if (flying && !cancelled) {
        cancelled = true;
        player.thread.wake();
      }
    }
  }

  void end(TransferStatus how, int moved, byte[] received) {
    int from = control ? SETUP_BYTES : 0;
    int kept = Math.min(received.length, Math.min(moved, buffer.capacity() - from));
    ByteBuffer view = buffer.duplicate().clear().position(from);
    if (received.length > 0 || moved > 0 && reads()) {
      view.put(received, 0, kept);
      while (view.position() < Math.min(from + moved, view.capacity())) {
        view.put((byte) 0);
      }
    }
    status = how;
    actual = moved;
  }

  private boolean reads() {
    return ((control ? buffer.get(0) : endpoint) & 0x80) != 0;
  }

  /** On the event thread, without the monitor. */
  void complete() {
    boolean wanted;
    synchronized (player) {
      flying = false;
      wanted = !freed;
    }
    try {
      if (wanted) {
        completion.completed(this);
      }
    } finally {
      synchronized (player) {
        handle.untold--;
        player.notifyAll();
      }
    }
  }

  @Override
  public TransferStatus status() {
    return status;
  }

  @Override
  public int actualLengthBytes() {
    return actual;
  }

  @Override
  public int packetLengthBytes(int packet) {
    throw new IndexOutOfBoundsException("not an isochronous transfer");
  }

  @Override
  public TransferStatus packetStatus(int packet) {
    throw new IndexOutOfBoundsException("not an isochronous transfer");
  }

  @Override
  public void free() {
    synchronized (player) {
      freed = true;
      cancel();
    }
  }

  static UsbException isochronous(String location) {
    return new UsbException(
        Kind.UNSUPPORTED, location + ": isochronous transfers cannot be played back");
  }
}
