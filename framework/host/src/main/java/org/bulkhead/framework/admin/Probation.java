package org.bulkhead.framework.admin;

import java.time.Duration;

/**
 * What a new version of a driver has to live through before it is trusted.
 *
 * @param time how long
 * @param calls how many calls and completion handlers, in the time or after it
 */
public record Probation(Duration time, long calls) {}
