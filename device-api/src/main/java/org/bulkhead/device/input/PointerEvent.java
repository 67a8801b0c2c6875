package org.bulkhead.device.input;

import java.time.Instant;

/**
 * A pointer moved, or its buttons or wheel did. Buttons that are down when the device or its driver
 * is lost are released by one more event.
 *
 * @param device the device
 * @param time when the gateway learnt of it
 * @param motion the step
 */
public record PointerEvent(InputDevice device, Instant time, PointerMotion motion)
    implements InputEvent {}
