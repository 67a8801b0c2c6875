package org.bulkhead.driver.repository.internal;

/**
 * A driver and who offers it.
 *
 * @param repository who
 * @param driver what
 */
record Offer(Repository repository, Offered driver) {

  @Override
  public String toString() {
    return driver + " of " + repository;
  }
}
