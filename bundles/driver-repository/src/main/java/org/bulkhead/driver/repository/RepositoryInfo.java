package org.bulkhead.driver.repository;

/**
 * A repository that is configured.
 *
 * @param location where it is, as configured
 * @param drivers how many drivers it offers, by the last index that could be read
 * @param problem why it cannot be read now; empty when all is well
 */
public record RepositoryInfo(String location, int drivers, String problem) {}
