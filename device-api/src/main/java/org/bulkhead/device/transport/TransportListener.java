package org.bulkhead.device.transport;

import org.osgi.annotation.versioning.ProviderType;

/** Implemented by the framework. Its methods return quickly and never throw. */
@ProviderType
public interface TransportListener {

  /**
   * A device was plugged in, or was there already.
   *
   * @param device the device; a replugged one is a new object
   */
  void arrived(BusDevice device);

  /**
   * A device is gone. Transfers in flight complete as disconnected, before or after this call.
   *
   * @param device the object given to {@link #arrived}
   */
  void left(BusDevice device);

  /**
   * An interface of the device has another alternate setting, which nobody selected through the
   * transport: the kernel's driver did, or another program. May come late, by seconds.
   *
   * @param device the object given to {@link #arrived}
   */
  default void altered(BusDevice device) {}
}
