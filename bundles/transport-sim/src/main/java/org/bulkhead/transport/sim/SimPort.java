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
   * Sets a configuration past everybody who has opened the device, as the kernel or another program
   * may: the device leaves and arrives again with the same address. The model sees the power go off
   * and on. Does not block; nothing where it is out.
   *
   * @param configuration {@code bConfigurationValue}, 0 for none
   * @throws IllegalArgumentException where the device has no such configuration
   */
  void configure(int configuration);

  /**
   * Selects an alternate setting past everybody who has opened the device, as the kernel's driver
   * may. The listener is told soon after. Nothing where it is out.
   *
   * @param interfaceNumber {@code bInterfaceNumber}
   * @param alternateSetting {@code bAlternateSetting}
   * @throws IllegalArgumentException where the configuration has no such setting
   */
  void select(int interfaceNumber, int alternateSetting);

  /**
   * How often the framework had the port switched off and on again.
   *
   * @return a count from 0
   */
  int cycles();

  /**
   * How often a host reset the device here, apart from power that came back.
   *
   * @return a count from 0
   */
  int resets();

  /**
   * How often a host let an interface go that it had claimed, while the device was in: when a
   * kernel driver may take it.
   *
   * @return a count from 0
   */
  int releases();

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
