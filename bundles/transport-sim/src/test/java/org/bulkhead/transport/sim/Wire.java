package org.bulkhead.transport.sim;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.transport.BusTransfer;
import org.bulkhead.device.transport.Transport;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.descriptor.TransferType;

/** A simulated device, watched, opened and claimed, with synchronous transfers. */
final class Wire implements AutoCloseable {

  /** What a transfer did. */
  record Result(TransferStatus status, byte[] data) {}

  final SimBus bus;
  final SimPort port;
  final Events events = new Events();
  final BusHandle handle;
  private final Transport.Watch watch;
  private final BlockingQueue<BusTransfer> done = new LinkedBlockingQueue<>();

  Wire(SimDevice device) throws UsbException, InterruptedException {
    this(device, new SimBus());
  }

  Wire(SimDevice device, SimBus bus) throws UsbException, InterruptedException {
    this.bus = bus;
    port = bus.plug(device);
    watch = bus.watch(events);
    handle = events.arrival().open();
    handle.claim(0);
  }

  Result in(int endpointAddress, int length) throws UsbException, InterruptedException {
    return flight(TransferType.BULK, endpointAddress, new byte[length], 0);
  }

  Result interrupt(int endpointAddress, int length) throws UsbException, InterruptedException {
    return flight(TransferType.INTERRUPT, endpointAddress, new byte[length], 0);
  }

  Result out(int endpointAddress, byte[] data) throws UsbException, InterruptedException {
    return flight(TransferType.BULK, endpointAddress, data, 0);
  }

  Result control(int requestType, int request, int value, int index, byte... data)
      throws UsbException, InterruptedException {
    byte[] all = new byte[8 + data.length];
    System.arraycopy(data, 0, all, 8, data.length);
    int[] setup = {
      requestType, request, value, value >> 8, index, index >> 8, data.length, data.length >> 8
    };
    for (int i = 0; i < setup.length; i++) {
      all[i] = (byte) setup[i];
    }
    return flight(TransferType.CONTROL, 0, all, 8);
  }

  private Result flight(TransferType type, int endpointAddress, byte[] data, int from)
      throws UsbException, InterruptedException {
    BusTransfer transfer = handle.allocate(type, endpointAddress, data.length, 0, done::add);
    transfer.buffer().put(0, data);
    transfer.submit(data.length);
    Events.next(done, "a completion");
    byte[] moved = new byte[transfer.actualLengthBytes()];
    transfer.buffer().get(from, moved);
    transfer.free();
    return new Result(transfer.status(), moved);
  }

  @Override
  public void close() {
    handle.close();
    watch.close();
  }
}
