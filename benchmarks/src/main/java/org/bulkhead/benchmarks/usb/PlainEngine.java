package org.bulkhead.benchmarks.usb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.usb4java.Context;
import org.usb4java.DeviceHandle;
import org.usb4java.LibUsb;
import org.usb4java.Transfer;
import org.usb4java.TransferCallback;

/** usb4java as its users use it; the same calls as in usbfs/engine.c. */
final class PlainEngine implements Engine {

  private static final long TIMEOUT_MILLIS = 5_000;
  private static final byte TYPE_BULK = 2;
  private static final int OPEN_FLIGHTS = 256;

  private final Target target = Target.chosen();
  private final Context context = new Context();
  private final DeviceHandle handle;
  private final IntBuffer moved = ByteBuffer.allocateDirect(4).asIntBuffer();
  private int flying;

  PlainEngine() {
    check(LibUsb.init(context));
    handle =
        LibUsb.openDeviceWithVidPid(context, (short) target.vendorId(), (short) target.productId());
    if (handle == null) {
      throw new IllegalStateException("the device cannot be opened");
    }
    for (int i = 0; i < target.interfaces(); i++) {
      check(LibUsb.claimInterface(handle, i));
    }
  }

  @Override
  public void run(Command command, Tally tally) throws InterruptedException {
    ByteBuffer data = ByteBuffer.allocateDirect(command.size());
    switch (command.mode()) {
      case "sync" -> {
        while (tally.count(bulk(0x81, data))) {}
      }
      case "async" -> async(command, tally);
      case "trip" -> trip(data, tally);
      case "open" -> open(command, tally);
      case "block" -> block(data, tally);
      default -> throw new IllegalArgumentException(command.mode());
    }
  }

  private int bulk(int endpoint, ByteBuffer data) {
    check(LibUsb.bulkTransfer(handle, (byte) endpoint, data, moved, TIMEOUT_MILLIS));
    return moved.get(0);
  }

  private void trip(ByteBuffer data, Tally tally) {
    long begin = System.nanoTime();
    boolean more = true;
    while (more) {
      bulk(0x04, data);
      more = tally.count(bulk(0x83, data));
      long end = System.nanoTime();
      tally.note(end - begin);
      begin = end;
    }
  }

  private void block(ByteBuffer data, Tally tally) {
    ByteBuffer command = ByteBuffer.allocateDirect(31).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer status = ByteBuffer.allocateDirect(13);
    command.putInt(0, 0x43425355).putInt(8, data.capacity()).put(12, (byte) 0x80);
    command.put(14, (byte) 10).put(15, (byte) 0x28);
    command.put(22, (byte) (data.capacity() / 512 >> 8)).put(23, (byte) (data.capacity() / 512));
    boolean more = true;
    for (int tag = 1; more; tag++) {
      command.putInt(4, tag);
      bulk(target.storageOut(), command);
      int bytes = bulk(target.storageIn(), data);
      bulk(target.storageIn(), status);
      if (status.get(12) != 0) {
        throw new IllegalStateException("command status " + status.get(12));
      }
      more = tally.count(bytes);
    }
  }

  private void async(Command command, Tally tally) {
    TransferCallback again =
        transfer -> {
          flying--;
          check(-transfer.status());
          if (tally.count(transfer.actualLength())) {
            submit(transfer);
          }
        };
    Transfer[] all = new Transfer[command.depth()];
    for (int i = 0; i < all.length; i++) {
      all[i] = allocate(command.size(), again);
    }
    tally.begin();
    for (Transfer transfer : all) {
      submit(transfer);
    }
    while (flying > 0) {
      check(LibUsb.handleEventsTimeout(context, 1_000_000));
    }
    for (Transfer transfer : all) {
      LibUsb.freeTransfer(transfer);
    }
  }

  private Transfer allocate(int size, TransferCallback callback) {
    Transfer made = LibUsb.allocTransfer();
    made.setDevHandle(handle);
    made.setEndpoint((byte) 0x81);
    made.setType(TYPE_BULK);
    made.setTimeout(0);
    made.setBuffer(ByteBuffer.allocateDirect(size));
    made.setLength(size);
    made.setCallback(callback);
    return made;
  }

  /** This thread submits on time, another one handles events and notes latencies. */
  private void open(Command command, Tally tally) throws InterruptedException {
    ArrayBlockingQueue<Slot> idle = new ArrayBlockingQueue<>(OPEN_FLIGHTS);
    for (int i = 0; i < OPEN_FLIGHTS; i++) {
      Slot slot = new Slot(idle, tally);
      slot.transfer = allocate(command.size(), slot);
      idle.add(slot);
    }
    AtomicBoolean over = new AtomicBoolean();
    Thread events =
        new Thread(
            () -> {
              while (!over.get()) {
                check(LibUsb.handleEventsTimeout(context, 100_000));
              }
            },
            "usb4java events");
    events.start();
    tally.begin();
    long number = 0;
    for (long due = tally.due(0, command.depth());
        !tally.ends(due);
        due = tally.due(++number, command.depth())) {
      for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
        LockSupport.parkNanos(wait);
      }
      Slot slot = idle.take();
      slot.due = due;
      check(LibUsb.submitTransfer(slot.transfer));
    }
    for (int i = 0; i < OPEN_FLIGHTS; i++) {
      LibUsb.freeTransfer(idle.take().transfer);
    }
    over.set(true);
    events.join();
  }

  /** A transfer and when it was to begin. */
  private static final class Slot implements TransferCallback {

    private final ArrayBlockingQueue<Slot> idle;
    private final Tally tally;
    private Transfer transfer;
    private volatile long due;

    Slot(ArrayBlockingQueue<Slot> idle, Tally tally) {
      this.idle = idle;
      this.tally = tally;
    }

    @Override
    public void processTransfer(Transfer back) {
      check(-back.status());
      tally.note(System.nanoTime() - due);
      tally.count(back.actualLength());
      idle.add(this);
    }
  }

  private void submit(Transfer transfer) {
    check(LibUsb.submitTransfer(transfer));
    flying++;
  }

  private static void check(int code) {
    if (code < 0) {
      throw new IllegalStateException("libusb: " + code);
    }
  }
}
