package org.bulkhead.device.input;

import java.util.List;
import java.util.Set;

/**
 * What an input device says of itself. Immutable.
 *
 * @param name {@code iProduct}, empty where there is none
 * @param vendorId {@code idVendor}
 * @param productId {@code idProduct}
 * @param kinds what it is used for, one at least
 * @param applications the usages of its application collections, page in the high half and usage in
 *     the low one, such as 0x00010006 for a keyboard (HID 1.11 section 6.2.2.6)
 * @param leds the lights that it has
 * @param reports every report that it declares
 */
public record InputDescription(
    String name,
    int vendorId,
    int productId,
    Set<InputKind> kinds,
    List<Integer> applications,
    Set<Led> leds,
    List<ReportInfo> reports) {

  /**
   * Copies the collections.
   *
   * @param name {@code iProduct}
   * @param vendorId {@code idVendor}
   * @param productId {@code idProduct}
   * @param kinds what it is used for
   * @param applications the usages of its application collections
   * @param leds the lights that it has
   * @param reports every report that it declares
   */
  public InputDescription {
    kinds = Set.copyOf(kinds);
    applications = List.copyOf(applications);
    leds = Set.copyOf(leds);
    reports = List.copyOf(reports);
  }

  /**
   * Looks a report up.
   *
   * @param type its kind
   * @param id its report id, 0 where the device uses none
   * @return its size in bytes without the id, or -1 where there is no such report
   */
  public int lengthBytes(ReportType type, int id) {
    return reports.stream()
        .filter(report -> report.type() == type && report.id() == id)
        .mapToInt(ReportInfo::lengthBytes)
        .findFirst()
        .orElse(-1);
  }
}
