package org.bulkhead.transport.libusb.internal;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.usb4java.Context;
import org.usb4java.DeviceHandle;

/**
 * What each transfer needs of libusb: the hot path. All other calls of a context are usb4java's,
 * which looks fields up by name in the JVM at every one. These here go by Java's foreign-function
 * API where there is one, which is from Java 22 on, to the very library that usb4java loaded.
 */
interface NativeCalls {

  /**
   * Of an initialised context, by what this JVM has.
   *
   * @param hotplug raised by each hot-plug event that is watched
   */
  static NativeCalls of(Context context, AtomicBoolean hotplug) {
    return ForeignLibusb.whyNot().isEmpty()
        ? new ForeignCalls(context, hotplug)
        : new JniCalls(context, hotplug);
  }

  /**
   * A transfer of a device, without a time-out.
   *
   * @param type libusb's number of the type
   * @param packets of an isochronous one, 0 otherwise
   * @param memory direct, and all of it the transfer's; kept as long as the transfer
   * @param landed called at the end of each flight, in libusb's callback: throws nothing
   * @return null where there is no memory
   */
  NativeTransfer allocate(
      DeviceHandle device,
      int endpointAddress,
      int type,
      int packets,
      ByteBuffer memory,
      Runnable landed);

  /**
   * Waits for events and handles them. One thread at a time.
   *
   * @param micros how long to wait at the most
   * @return one of libusb's codes
   */
  int handleEvents(long micros);

  /**
   * Watches for hot-plug events as long as the context is there.
   *
   * @return one of libusb's codes
   */
  int watchHotplug();

  /** The context was exited: no callback is under way, none will come, and no transfer is left. */
  void close();
}
