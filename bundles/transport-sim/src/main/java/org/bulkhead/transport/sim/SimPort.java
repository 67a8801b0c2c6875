package org.bulkhead.transport.sim;

import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/** A port of a {@link SimBus} and the device that belongs to it. Thread-safe. */
@ProviderType
public interface SimPort {

  /**
   * Where it is.
   *
   * @return the location, {@code sim-} and the port's number from 1
   */
  String location();

  /**
   * The device that is, or was last, plugged in here.
   *
   * @return the model
   */
  SimDevice device();

  /**
   * Whether the device is in.
   *
   * @return true from plug to unplug
   */
  boolean plugged();

  /**
   * Pulls the device out. Every transfer in flight ends with DISCONNECTED and each call fails so
   * from now on; completions and the listener are called soon after, on the event thread. Does not
   * block; nothing where it is out already.
   */
  void unplug();

  /**
   * Plugs the same device in again: the same location, another address. Does not block; nothing
   * where it is in already.
   *
   * @throws IllegalStateException where another device was plugged into the port meanwhile
   */
  void replug();

  /**
   * The interfaces that are claimed by whoever opened the device.
   *
   * @return a copy of their numbers, empty while the device is out
   */
  Set<Integer> claims();

  /**
   * What goes wrong on this port's wire.
   *
   * @return the faults, the same object each time
   */
  SimFaults faults();
}
