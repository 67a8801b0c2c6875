package org.bulkhead.transport.sim;

import org.osgi.annotation.versioning.ProviderType;

/**
 * What a device model sees of the bus while it is attached. May be called from any thread; does
 * nothing any more once the device is unplugged.
 */
@ProviderType
public interface SimHost {

  /**
   * Asks again for whatever the model refused with NAK. To be called when something outside of the
   * bus changed: a byte came in on the other side, a medium was inserted. Progress on one endpoint
   * makes the bus ask the others by itself. Does not block.
   */
  void ready();

  /**
   * Makes a timer.
   *
   * @param action called on the event thread with the model's monitor held; does not block
   * @return the timer, not set
   */
  SimTimer timer(Runnable action);

  /**
   * The bus's clock.
   *
   * @return nanoseconds from an arbitrary origin, as {@link System#nanoTime}
   */
  long nanoTime();
}
