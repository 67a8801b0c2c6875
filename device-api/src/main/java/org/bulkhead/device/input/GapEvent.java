package org.bulkhead.device.input;

import java.time.Instant;

/**
 * Events of a device are missing here. Whoever puts events together, keys to a line for one, begins
 * anew; whoever tracks what is held takes everything as released. A lost driver makes two gaps, one
 * when it is lost and one when the next begins.
 *
 * @param device the device
 * @param time when the gateway noticed
 * @param lost how many of its events this listener was too slow for; 0 where the device or its
 *     driver was lost, so that nobody can tell
 */
public record GapEvent(InputDevice device, Instant time, long lost) implements InputEvent {}
