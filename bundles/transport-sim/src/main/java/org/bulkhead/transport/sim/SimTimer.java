package org.bulkhead.transport.sim;

import java.time.Duration;
import org.osgi.annotation.versioning.ProviderType;

/** A timer of a device model, set again and again. Ends with the attachment it was made in. */
@ProviderType
public interface SimTimer {

  /**
   * Runs the action once after a delay, on the bus's event thread and with the model's monitor
   * held. A delay that was set before is replaced. Does not block; allocates nothing.
   *
   * @param delay from now, zero or more
   */
  void set(Duration delay);

  /** Forgets the delay that was set, if any. Does not block. */
  void cancel();
}
