package org.bulkhead.campaign.internal.worker;

/** Work for one driver whose every result is checked. Used by one thread. */
interface Load extends AutoCloseable {

  /**
   * One round of work.
   *
   * @throws Deviation where a result is not what it should be
   */
  void round() throws Deviation;

  /** Forgets what is under way, so that the next round starts clean. */
  void settle();

  /** Whether something came while it last settled that this load never asks for. */
  default boolean strange() {
    return false;
  }

  /** How often the device did twice what was asked for once. */
  default long twice() {
    return 0;
  }

  @Override
  void close();
}
