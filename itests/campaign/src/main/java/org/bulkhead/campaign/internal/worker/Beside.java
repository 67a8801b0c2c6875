package org.bulkhead.campaign.internal.worker;

/** What a load is told of the driver that it works with, and tells. */
interface Beside {

  /** Something came through. */
  void progress();

  /** Whether the driver was found at fault since the current one was armed. */
  default boolean disturbed() {
    return false;
  }

  /** Which life of the driver is on: another number in each. */
  default long life() {
    return 0;
  }

  /**
   * Whether nothing has struck this life, nor anything since the last good round. What does not
   * come then is waited for until no machine is that slow, as it would be the framework's loss.
   */
  default boolean sound() {
    return true;
  }
}
