package org.bulkhead.commands.internal;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.bulkhead.device.input.GapEvent;
import org.bulkhead.device.input.InputEvent;
import org.bulkhead.device.input.KeyEvent;
import org.bulkhead.device.input.PointerEvent;
import org.bulkhead.device.input.PointerMotion;
import org.bulkhead.device.input.ReportEvent;
import org.bulkhead.device.input.Scan;

/** Input events as {@code input:watch} prints them, one a line. */
final class InputLine {

  private record Key(
      String event,
      String location,
      int interface_,
      Instant time,
      String usage,
      boolean down,
      List<String> modifiers,
      String text) {}

  private record Pointer(
      String event,
      String location,
      int interface_,
      Instant time,
      boolean absolute,
      int x,
      int y,
      int wheel,
      int pan,
      int buttons) {}

  private record Report(
      String event, String location, int interface_, Instant time, int id, String data) {}

  private record Gap(String event, String location, int interface_, Instant time, long lost) {}

  private record Line(String event, String location, int interface_, Instant time, String text) {}

  private InputLine() {}

  static View of(Scan scan) {
    String location = scan.device().location();
    return new View(
        new Line("scan", location, scan.device().interfaceNumber(), scan.time(), scan.text()),
        location + "  " + Table.printable(scan.text()));
  }

  static View of(InputEvent event) {
    String location = event.device().location();
    int number = event.device().interfaceNumber();
    Instant time = event.time();
    String start = location + ":" + number + "  ";
    if (event instanceof KeyEvent key) {
      String usage = "%04x:%04x".formatted(key.page(), key.usage() & 0xffff);
      List<String> modifiers = InputRow.words(key.modifiers().stream());
      return new View(
          new Key("key", location, number, time, usage, key.down(), modifiers, key.text()),
          start
              + (key.down() ? "down " : "up   ")
              + usage
              + (key.text().isEmpty() ? "" : "  \"" + visible(key.text()) + "\"")
              + (modifiers.isEmpty() ? "" : "  " + String.join(" ", modifiers)));
    } else if (event instanceof PointerEvent pointer) {
      PointerMotion m = pointer.motion();
      return new View(
          new Pointer(
              "pointer",
              location,
              number,
              time,
              m.absolute(),
              m.x(),
              m.y(),
              m.wheel(),
              m.pan(),
              m.buttons()),
          start
              + (m.absolute() ? "at   %d,%d" : "move %+d,%+d").formatted(m.x(), m.y())
              + (m.wheel() == 0 ? "" : "  wheel %+d".formatted(m.wheel()))
              + (m.pan() == 0 ? "" : "  pan %+d".formatted(m.pan()))
              + (m.buttons() == 0 ? "" : "  buttons " + Integer.toBinaryString(m.buttons())));
    } else if (event instanceof ReportEvent report) {
      String digits = hex(report.data());
      return new View(
          new Report("report", location, number, time, report.id(), digits),
          start + "report " + report.id() + "  " + digits);
    }
    long lost = ((GapEvent) event).lost();
    return new View(
        new Gap("gap", location, number, time, lost),
        start + "gap" + (lost == 0 ? "" : ": " + Sizes.count(lost, "event") + " lost"));
  }

  private static String visible(String text) {
    return Table.printable(text.replace("\n", "\\n").replace("\t", "\\t"));
  }

  private static String hex(ByteBuffer data) {
    byte[] bytes = new byte[data.limit()];
    data.duplicate().position(0).get(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
