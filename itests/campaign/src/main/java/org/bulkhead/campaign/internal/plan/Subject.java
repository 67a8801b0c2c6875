package org.bulkhead.campaign.internal.plan;

import java.util.List;

/**
 * A driver under test.
 *
 * @param endpoints the addresses of its device's, 0 for control
 * @param share of a hundred faults, how many are its own: by its pace, since each driver takes one
 *     fault at a time and those that wait for time-outs would go on long after the others
 */
public record Subject(List<Integer> endpoints, int share) {}
