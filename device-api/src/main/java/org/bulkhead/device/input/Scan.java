package org.bulkhead.device.input;

import java.time.Instant;

/**
 * A line that a scanner read.
 *
 * @param device the scanner
 * @param time when its last key came
 * @param text the line without the key that ended it, not empty
 */
public record Scan(InputDevice device, Instant time, String text) {}
