package org.bulkhead.driver.hid.internal;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bulkhead.device.input.ReportType;

/**
 * A device's reports, as its report descriptor declares them. Immutable.
 *
 * @param numbered whether each report starts with a byte that holds its id
 * @param applications usages of the application collections, in order
 * @param reports every report that has a field
 */
record ReportDescriptor(boolean numbered, List<Integer> applications, List<Report> reports) {

  private static final Set<Integer> KEY_APPLICATIONS =
      Set.of(Usage.KEYBOARD, Usage.KEYPAD, Usage.SYSTEM_CONTROL, Usage.CONSUMER_CONTROL);

  /**
   * One report.
   *
   * @param type its kind
   * @param id 0 where reports are not numbered
   * @param lengthBytes its size without the id
   * @param fields in the order in which they are sent, padding included
   */
  record Report(ReportType type, int id, int lengthBytes, List<ReportField> fields) {}

  Optional<Report> report(ReportType type, int id) {
    return reports.stream().filter(r -> r.type() == type && r.id() == id).findFirst();
  }

  /** The longest report of a kind, its id included; 0 where there is none. */
  int longestBytes(ReportType type) {
    return reports.stream()
        .filter(report -> report.type() == type)
        .mapToInt(report -> report.lengthBytes() + (numbered ? 1 : 0))
        .max()
        .orElse(0);
  }

  /** Whether a collection is one whose controls are keys. */
  static boolean hasKeys(int application) {
    return KEY_APPLICATIONS.contains(application);
  }

  /** Whether a collection is one that points. */
  static boolean points(int application) {
    return application == Usage.POINTER
        || application == Usage.MOUSE
        || application >= Usage.DIGITIZER && application <= Usage.TOUCH_PAD;
  }
}
