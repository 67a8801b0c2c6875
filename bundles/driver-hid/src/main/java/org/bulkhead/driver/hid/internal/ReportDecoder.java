package org.bulkhead.driver.hid.internal;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.bulkhead.device.input.InputSink;
import org.bulkhead.device.input.PointerMotion;
import org.bulkhead.device.input.ReportType;
import org.bulkhead.driver.hid.internal.ReportDescriptor.Report;

/**
 * Turns input reports into keys that changed and steps of a pointer; what is neither is passed on
 * as it is. Does no I/O; keeps which keys each report last had down.
 */
final class ReportDecoder {

  private static final int MAX_BUTTON = 32;
  private static final int BARREL_BUTTON = 2;

  /** In one report: as many as the framework holds, and more than anybody has fingers. */
  private static final int MAX_DOWN = 512;

  private final ReportDescriptor descriptor;
  private final Map<Integer, Set<Integer>> down = new HashMap<>();

  ReportDecoder(ReportDescriptor descriptor) {
    this.descriptor = descriptor;
  }

  /** Forgets what was down, for a new connection. */
  void reset() {
    down.clear();
  }

  /**
   * Takes one report as it came over the wire; short ones count as filled with zeros.
   *
   * @param data from its position to its limit, id first where reports are numbered
   */
  void decode(ByteBuffer data, InputSink sink) {
    int id = 0;
    if (descriptor.numbered()) {
      if (!data.hasRemaining()) {
        return;
      }
      id = data.get() & 0xff;
    }
    Report report = descriptor.report(ReportType.INPUT, id).orElse(null);
    if (report == null) {
      sink.report(id, data);
      return;
    }
    Pointer pointer = new Pointer();
    Set<Integer> keys = new LinkedHashSet<>();
    boolean hasKeys = false;
    boolean raw = false;
    for (ReportField field : report.fields()) {
      if (field.isConstant()) {
        continue;
      }
      if (ReportDescriptor.hasKeys(field.application()) && field.isNumeric()) {
        hasKeys = true;
        keys(field, data, keys);
      } else if (ReportDescriptor.points(field.application()) && field.isNumeric()) {
        pointer.take(field, data);
      } else {
        raw = true;
      }
    }
    if (hasKeys) {
      changed(id, keys, sink);
    }
    if (pointer.present) {
      sink.pointer(pointer.motion());
    }
    if (raw) {
      sink.report(id, data);
    }
  }

  private static void keys(ReportField field, ByteBuffer data, Set<Integer> keys) {
    for (int i = 0; i < field.count() && keys.size() <= MAX_DOWN; i++) {
      long value = field.value(data, i);
      int usage = field.isVariable() ? field.usages().ofControl(i) : field.selected(value);
      boolean on = field.isVariable() ? value != 0 && !field.isNull(value) : usage != 0;
      if (on && Usage.id(usage) != 0) {
        keys.add(usage);
      }
    }
  }

  private void changed(int id, Set<Integer> keys, InputSink sink) {
    // With too many keys down the report tells nothing, not that all came up (HID 1.11 appendix C).
    if (keys.size() > MAX_DOWN
        || keys.stream().anyMatch(k -> k >= Usage.ERROR_ROLL_OVER && k <= Usage.ERROR_UNDEFINED)) {
      return;
    }
    Set<Integer> before = down.getOrDefault(id, Set.of());
    for (int usage : before) {
      if (!keys.contains(usage)) {
        sink.key(usage, false);
      }
    }
    for (int usage : keys) {
      if (!before.contains(usage)) {
        sink.key(usage, true);
      }
    }
    down.put(id, keys);
  }

  /** The pointer's part of one report. */
  private static final class Pointer {
    boolean present;
    private boolean hasAxis;
    private boolean absolute;
    private int x;
    private int y;
    private int maxX;
    private int maxY;
    private int wheel;
    private int pan;
    private int buttons;

    void take(ReportField field, ByteBuffer data) {
      for (int i = 0; i < field.count(); i++) {
        long value = field.value(data, i);
        int usage = field.isVariable() ? field.usages().ofControl(i) : field.selected(value);
        if (usage == 0 || field.isNull(value)) {
          continue;
        }
        take(field, usage, value);
      }
    }

    private void take(ReportField field, int usage, long value) {
      present = true;
      switch (usage) {
        case Usage.X -> {
          if (isLikeOtherAxes(field)) {
            x = place(field, value);
            maxX = extent(field);
          }
        }
        case Usage.Y -> {
          if (isLikeOtherAxes(field)) {
            y = place(field, value);
            maxY = extent(field);
          }
        }
        case Usage.WHEEL -> wheel = bounded(wheel + value);
        case Usage.AC_PAN -> pan = bounded(pan + value);
        case Usage.TIP_SWITCH -> button(1, field, value);
        case Usage.BARREL_SWITCH -> button(BARREL_BUTTON, field, value);
        default -> {
          if (Usage.page(usage) == Usage.BUTTON_PAGE) {
            button(Usage.id(usage), field, value);
          }
        }
      }
    }

    private void button(int number, ReportField field, long value) {
      if (number >= 1 && number <= MAX_BUTTON && (value != 0 || !field.isVariable())) {
        buttons |= 1 << number - 1;
      }
    }

    /** A motion is a place or a way: an axis that is the other one than the first is left out. */
    private boolean isLikeOtherAxes(ReportField field) {
      if (!hasAxis) {
        hasAxis = true;
        absolute = !field.isRelative();
      }
      return absolute != field.isRelative();
    }

    private static int bounded(long value) {
      return (int) Math.min(Math.max(value, Integer.MIN_VALUE), Integer.MAX_VALUE);
    }

    private static int place(ReportField field, long value) {
      if (field.isRelative()) {
        return bounded(value);
      }
      return (int) Math.min(Math.max(value - field.range().logicalMin(), 0), extent(field));
    }

    private static int extent(ReportField field) {
      long extent = field.range().logicalMax() - field.range().logicalMin();
      return field.isRelative() ? 0 : (int) Math.min(Math.max(extent, 0), Integer.MAX_VALUE);
    }

    PointerMotion motion() {
      return new PointerMotion(absolute, x, y, maxX, maxY, wheel, pan, buttons);
    }
  }
}
