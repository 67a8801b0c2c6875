package org.bulkhead.framework.internal.compartment;

import java.util.List;

/** What a compartment needs of the sessions. Implemented by the session registry. */
public interface Services {

  /** Refuses a type for which there can be no session. */
  void checkType(Class<?> type);

  /**
   * Applies sticky settings to a new incarnation's services. Runs driver code: called inside the
   * gate.
   */
  void prepare(Incarnation incarnation, List<Published> published) throws Throwable;

  /**
   * Lets traffic through to a new incarnation; what it does not publish any more goes.
   *
   * @param offered run once applications can find what is published
   */
  void connect(Incarnation incarnation, List<Published> published, Runnable offered);

  /** An incarnation is condemned: what it had not confirmed has an unknown outcome. */
  void ended(Compartment compartment);

  /** Holds traffic back for the time being; callers wait. */
  void suspend(Compartment compartment, String reason);

  /** Refuses traffic until further notice; callers fail at once, and the services disappear. */
  void refuse(Compartment compartment, String reason);

  /** The device is away: callers wait, and the services disappear until it is back. */
  void away(Compartment compartment, String reason);

  /** The compartment is gone for good. */
  void close(Compartment compartment, String reason);
}
