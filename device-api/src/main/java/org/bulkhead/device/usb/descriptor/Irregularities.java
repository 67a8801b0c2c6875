package org.bulkhead.device.usb.descriptor;

import java.util.ArrayList;
import java.util.List;

/** What a parser passed over, one line each: few, however many flaws a device puts in. */
final class Irregularities {

  private static final int MOST = 100;

  private final List<String> lines = new ArrayList<>();

  void note(String format, Object... arguments) {
    if (lines.size() < MOST) {
      lines.add(String.format(format, arguments));
    } else if (lines.size() == MOST) {
      lines.add("more than " + MOST + " irregularities, the rest left out");
    }
  }

  List<String> list() {
    return List.copyOf(lines);
  }
}
