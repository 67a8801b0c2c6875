package org.bulkhead.device.input;

import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * A report whose usages are neither those of keys nor of a pointer.
 *
 * @param device the device
 * @param time when the gateway learnt of it
 * @param id its report id, 0 where the device uses none
 * @param data the report without its id: read-only, little-endian, from 0 to its limit, shared by
 *     all listeners, so to be read by absolute gets or from a duplicate
 */
public record ReportEvent(InputDevice device, Instant time, int id, ByteBuffer data)
    implements InputEvent {}
