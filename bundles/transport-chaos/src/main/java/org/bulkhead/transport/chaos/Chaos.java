package org.bulkhead.transport.chaos;

import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Breaks transfers on order, of all transports there are. An OSGi service, present while this
 * bundle is active. Thread-safe; no method blocks.
 */
@ProviderType
public interface Chaos {

  /**
   * Arms a rule. Rules are tried in the order in which they were armed; the first that fits
   * strikes.
   *
   * @param rule which transfers suffer, and what
   * @return to see whether it struck, and to take it back
   */
  Armed arm(ChaosRule rule);

  /**
   * How often each fault struck, rules and random ones together.
   *
   * @return a copy, with an entry for each fault
   */
  Map<ChaosFault, Long> struck();

  /** Takes all rules back. What has struck already runs its course. */
  void clear();

  /** A rule that was armed. */
  @ProviderType
  interface Armed extends AutoCloseable {

    /**
     * How many transfers it has struck.
     *
     * @return transfers, from 0 to the rule's count
     */
    long struck();

    /**
     * When it struck first.
     *
     * @return as {@link System#nanoTime()}; 0 before it has
     */
    long firstStruckNanos();

    /**
     * When it struck last.
     *
     * @return as {@link System#nanoTime()}; 0 before it has
     */
    long lastStruckNanos();

    /** Takes it back. Idempotent. */
    @Override
    void close();
  }
}
