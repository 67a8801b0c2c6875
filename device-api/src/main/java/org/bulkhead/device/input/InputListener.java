package org.bulkhead.device.input;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Receives input events: register it as an OSGi service. With the service property {@code
 * bulkhead.location}, a String or an array of them, it gets those of the devices there only.
 *
 * <p>Each listener has a queue of its own: one that throws is logged and goes on with the next
 * event, and one that hangs hurts nobody but itself. When 1,024 events wait, the oldest is dropped
 * and a {@link GapEvent} says how many were.
 */
@FunctionalInterface
@ConsumerType
public interface InputListener {

  /**
   * Takes one event. Called on a thread of the framework's, never a driver's, by one thread at a
   * time and in the order in which a device told. May block; may be called once more just after it
   * was unregistered.
   *
   * @param event the event
   * @throws Exception logged; the next event comes all the same
   */
  void received(InputEvent event) throws Exception;
}
