package org.bulkhead.driver.hid.internal;

import java.util.EnumSet;
import java.util.Set;
import org.bulkhead.device.input.Led;
import org.bulkhead.driver.hid.internal.ReportDescriptor.Report;

/** The lights of an output report, as bits or as an array of usages. Pure. */
final class LedReport {

  private LedReport() {}

  /** The lights that a report can set. */
  static Set<Led> lights(Report report) {
    EnumSet<Led> lights = EnumSet.noneOf(Led.class);
    for (ReportField field : report.fields()) {
      for (Led led : Led.values()) {
        if (field.isNumeric() && index(field, led) >= 0) {
          lights.add(led);
        }
      }
    }
    return lights;
  }

  /** The report with some lights on and all else off. */
  static byte[] bytes(Report report, Set<Led> on) {
    byte[] bytes = new byte[report.lengthBytes()];
    for (ReportField field : report.fields()) {
      int used = 0;
      for (Led led : on) {
        int index = field.isNumeric() ? index(field, led) : -1;
        if (index < 0) {
          continue;
        }
        if (field.isVariable()) {
          field.put(bytes, index, field.range().logicalMax());
        } else if (used < field.count()) {
          field.put(bytes, used++, field.range().logicalMin() + index);
        }
      }
    }
    return bytes;
  }

  private static int index(ReportField field, Led led) {
    long index = field.usages().indexOf(led.usage());
    return field.isVariable() && index >= field.count() ? -1 : (int) index;
  }
}
