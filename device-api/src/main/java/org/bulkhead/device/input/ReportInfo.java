package org.bulkhead.device.input;

/**
 * A report that a device declares.
 *
 * @param type its kind
 * @param id its report id, 1 to 255, or 0 where the device uses none
 * @param lengthBytes its size without the id
 */
public record ReportInfo(ReportType type, int id, int lengthBytes) {}
