package org.bulkhead.campaign.internal.mutate;

/**
 * A place at which a driver can be made to err.
 *
 * @param id its number within its driver
 * @param operator how
 * @param where class, method and line
 */
public record Point(int id, Operator operator, String where) {}
