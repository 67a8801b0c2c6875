package org.bulkhead.device.usb;

import java.time.Duration;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.Direction;
import org.bulkhead.device.usb.descriptor.EndpointDescriptor;

/** The transfers of a stream: all of one endpoint, used in turns, idle or in flight. */
final class StreamTransfers {

  /** How long cancelled transfers may take to come back. */
  private static final Duration CANCEL = Duration.ofSeconds(2);

  final Endpoint endpoint;
  final Transfer[] all;

  StreamTransfers(Endpoint endpoint, int count, int bytes, Direction direction)
      throws UsbException {
    this.endpoint = endpoint;
    EndpointDescriptor descriptor = endpoint.descriptor();
    if (descriptor.direction() != direction) {
      throw new UsbException(
          Kind.INVALID,
          "a stream %s by endpoint 0x%02x, which is %s"
              .formatted(direction, descriptor.address(), descriptor.direction()));
    }
    if (count < 1) {
      throw new UsbException(Kind.INVALID, "a stream of " + count + " transfers");
    }
    all = new Transfer[count];
    boolean made = false;
    try {
      for (int i = 0; i < count; i++) {
        all[i] = endpoint.allocate(bytes);
      }
      made = true;
    } finally {
      if (!made) {
        free();
      }
    }
  }

  /** Cancels what is in flight and waits until it is back. */
  void stop() throws UsbException {
    for (Transfer transfer : all) {
      transfer.cancel();
    }
    while (endpoint.inFlight() > 0 && endpoint.reap(CANCEL) != null) {
      // Each comes back, cancelled or with data that has no place in the stream any more.
    }
  }

  /** Cancels what is in flight and gives the memory back. Does not block. */
  void free() {
    for (Transfer transfer : all) {
      if (transfer != null) {
        transfer.free();
      }
    }
  }
}
