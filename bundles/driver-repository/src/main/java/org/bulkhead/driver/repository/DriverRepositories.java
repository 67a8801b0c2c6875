package org.bulkhead.driver.repository;

import java.time.Duration;
import java.util.List;
import java.util.function.LongConsumer;
import org.osgi.annotation.versioning.ProviderType;
import org.osgi.framework.Bundle;

/** The configured driver repositories. Its methods may be called from any thread. */
@ProviderType
public interface DriverRepositories {

  /**
   * The repositories in their order. Does no I/O.
   *
   * @return one entry each
   */
  List<RepositoryInfo> repositories();

  /**
   * What the repositories offer, by the last indexes that could be read, in the order of the
   * repositories. Does no I/O.
   *
   * @return one entry for each driver of each bundle
   */
  List<DriverOffer> offers();

  /**
   * Reads the indexes anew and waits for them.
   *
   * @param patience how long to wait; reading goes on behind
   * @return whether all have been read, or have failed, by then
   * @throws InterruptedException if interrupted while it waits
   */
  boolean refresh(Duration patience) throws InterruptedException;

  /**
   * Fetches a driver, checks it and deploys it, so that it is there after a restart too. Where the
   * driver's bundle is deployed in another version, it is updated. Blocks until that is done; an
   * interrupt ends the waiting, not the fetching.
   *
   * @param driver its name, or its bundle's symbolic name
   * @param progress is told on the caller's thread how many further bytes have come, and before
   *     that, as a negative number, how many there are in all
   * @return the bundle
   * @throws RepositoryException if it cannot be had, is refused, or is installed in this version
   * @throws InterruptedException if interrupted while it waits
   */
  Bundle install(String driver, LongConsumer progress)
      throws RepositoryException, InterruptedException;
}
