package org.bulkhead.transport.libusb.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.atomic.AtomicBoolean;
import org.usb4java.Context;
import org.usb4java.Device;
import org.usb4java.HotplugCallback;

/**
 * A hot-plug callback that raises a flag and touches nothing: the device is not ours, now or later.
 *
 * <p>It is put together from classes of the JDK alone. usb4java 1.3.0 keeps callbacks in a static
 * map, and its deregistration removes them by the wrong key: a class of this bundle would keep the
 * bundle's class loader alive after each update. So nothing is deregistered; libusb_exit does that.
 */
final class HotplugFlag {

  private HotplugFlag() {}

  static HotplugCallback callback(AtomicBoolean flag) {
    try {
      MethodHandle raise =
          MethodHandles.publicLookup()
              .findVirtual(
                  AtomicBoolean.class, "set", MethodType.methodType(void.class, boolean.class));
      MethodHandle raiseAndReturn0 =
          MethodHandles.filterReturnValue(
              MethodHandles.insertArguments(raise, 0, flag, true),
              // Anything else would end the registration.
              MethodHandles.constant(int.class, 0));
      return MethodHandleProxies.asInterfaceInstance(
          HotplugCallback.class,
          MethodHandles.dropArguments(
              raiseAndReturn0, 0, Context.class, Device.class, int.class, Object.class));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("java.util.concurrent.atomic.AtomicBoolean has no set", e);
    }
  }
}
