package org.bulkhead.benchmarks.usb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import org.usb4java.Context;
import org.usb4java.DeviceHandle;
import org.usb4java.LibUsb;
import org.usb4java.Transfer;
import org.usb4java.TransferCallback;

/** usb4java as its users use it; the same calls as in usbfs/engine.c. */
final class PlainEngine implements Engine {

  private static final long TIMEOUT_MILLIS = 5_000;
  private static final byte TYPE_BULK = 2;

  private final Context context = new Context();
  private final DeviceHandle handle;
  private final IntBuffer moved = ByteBuffer.allocateDirect(4).asIntBuffer();
  private int flying;

  PlainEngine() {
    check(LibUsb.init(context));
    handle = LibUsb.openDeviceWithVidPid(context, (short) 0x1209, (short) 0x5bfd);
    if (handle == null) {
      throw new IllegalStateException("the device cannot be opened");
    }
    check(LibUsb.claimInterface(handle, 0));
    check(LibUsb.claimInterface(handle, 1));
  }

  @Override
  public void run(Command command, Tally tally) {
    ByteBuffer data = ByteBuffer.allocateDirect(command.size());
    switch (command.mode()) {
      case "sync" -> {
        while (tally.count(bulk(0x81, data))) {}
      }
      case "async" -> async(command, tally);
      case "trip" -> trip(data, tally);
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
      bulk(0x06, command);
      int bytes = bulk(0x85, data);
      bulk(0x85, status);
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
      all[i] = LibUsb.allocTransfer();
      all[i].setDevHandle(handle);
      all[i].setEndpoint((byte) 0x81);
      all[i].setType(TYPE_BULK);
      all[i].setTimeout(0);
      all[i].setBuffer(ByteBuffer.allocateDirect(command.size()));
      all[i].setLength(command.size());
      all[i].setCallback(again);
    }
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
