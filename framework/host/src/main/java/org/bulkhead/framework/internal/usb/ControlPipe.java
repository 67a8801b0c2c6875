package org.bulkhead.framework.internal.usb;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.Direction;
import org.bulkhead.device.usb.descriptor.EndpointDescriptor;

/** Endpoint 0, lent to one incarnation: setup packets in front of a pipe. */
final class ControlPipe {

  private static final int SETUP_BYTES = 8;
  private static final int TYPE_AND_DIRECTION = 0xe0;
  private static final int SET_ADDRESS = 5;
  private static final int SET_CONFIGURATION = 9;
  private static final int SET_INTERFACE = 11;
  private static final int USUAL_BYTES = 256;
  private static final int MAX_DATA_BYTES = 65_535;
  private static final EndpointDescriptor ENDPOINT_0 =
      new EndpointDescriptor(0, 0, 64, 0, 0, 0, List.of());

  private final LentDevice device;
  private final Pipe pipe;
  private PipeTransfer transfer;

  ControlPipe(LentDevice device) {
    this.device = device;
    this.pipe = new Pipe(device, ENDPOINT_0);
  }

  int transfer(ControlRequest request, ByteBuffer data, Duration timeout) throws UsbException {
    refuseWhatTheHostDecides(request);
    int length = data.remaining();
    if (length > MAX_DATA_BYTES) {
      throw device.failure(
          Kind.INVALID, request.toString(), length + " bytes; at most " + MAX_DATA_BYTES, 0);
    }
    ByteBuffer bytes = buffer(length);
    bytes
        .put((byte) request.requestType())
        .put((byte) request.request())
        .putShort((short) request.value())
        .putShort((short) request.index())
        .putShort((short) length);
    boolean out = request.direction() == Direction.OUT;
    if (out) {
      bytes.put(data.duplicate());
    }
    bytes.position(0).limit(SETUP_BYTES + length);
    int start = data.position();
    try {
      return pipe.transfer(transfer, timeout);
    } finally {
      int moved = Math.min(transfer.actualLengthBytes(), length);
      if (out) {
        data.position(start + moved);
      } else {
        bytes.limit(SETUP_BYTES + moved).position(SETUP_BYTES);
        data.put(bytes);
      }
    }
  }

  /**
   * Address, configuration and alternate settings are the host's too: behind its back they would
   * leave the kernel, other drivers and USBInfoDevice services with what is no longer so.
   */
  private void refuseWhatTheHostDecides(ControlRequest request) throws UsbException {
    if ((request.requestType() & TYPE_AND_DIRECTION) != 0) {
      return;
    }
    String instead =
        switch (request.request()) {
          case SET_ADDRESS -> "the host gives addresses";
          case SET_CONFIGURATION ->
              "it takes the interfaces from every driver of the device; the administrator sets it,"
                  + " with bConfigurationValue in sysfs, and the gateway follows";
          case SET_INTERFACE -> "use UsbInterface.select";
          default -> null;
        };
    if (instead != null) {
      throw device.failure(
          Kind.INVALID, request.toString(), "not by a control request: " + instead, 0);
    }
  }

  private ByteBuffer buffer(int length) throws UsbException {
    PipeTransfer last = transfer;
    // One that the transport never gave back is not waited for.
    if (last == null || !last.idle() || last.data().capacity() < SETUP_BYTES + length) {
      transfer = (PipeTransfer) pipe.allocate(SETUP_BYTES + Math.max(length, USUAL_BYTES));
      if (last != null) {
        last.free();
      }
    }
    transfer.rewind();
    return transfer.data().clear();
  }
}
