package org.bulkhead.framework.admin;

/**
 * How a rung of a driver's ladder has done.
 *
 * @param rung the rung
 * @param tried how often it was climbed
 * @param succeeded how often the next incarnation was stable; its share of {@code succeeded} and
 *     {@code failed} is the success rate
 * @param failed how often the next incarnation had a fault before it was stable
 * @param impossible how often the rung itself could not be done, such as a port that no hub
 *     switches
 */
public record RungInfo(Rung rung, long tried, long succeeded, long failed, long impossible) {}
