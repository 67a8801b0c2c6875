package org.bulkhead.framework.internal.session;

import org.bulkhead.framework.internal.compartment.Incarnation;

/**
 * Stands between a driver and applications where these see another service than the driver
 * publishes. Outlives incarnations, as its session does.
 */
interface Front {

  /** The interface that applications see. */
  Class<?> offeredType();

  /** What applications get. */
  Object offered();

  /** Wraps the driver's service so that nothing of it outlives the incarnation. */
  Object guarded(Object service, Incarnation incarnation);

  /** A new incarnation is about to serve. */
  void present();

  /** The incarnation is condemned. */
  void ended();

  /** There is no incarnation for now, after {@link #ended}, and nobody is to wait for one. */
  default void refused(String why) {}

  /**
   * What takes the offer back, where that needs more than its end.
   *
   * @param offer ends the offer
   */
  default Runnable withdrawal(Runnable offer) {
    return offer;
  }
}
