package org.bulkhead.commands.internal;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bulkhead.device.input.InputDescription;
import org.bulkhead.device.input.InputDevice;

/** An input device as {@code input:list} shows it; the fields are those of its JSON. */
record InputRow(
    String id,
    String location,
    int interface_,
    String driver,
    String name,
    List<String> kinds,
    List<String> leds,
    List<String> ledsOn,
    int reports) {

  static InputRow of(Session<InputDevice> session, InputDevice device, String id) {
    InputDescription description = device.description();
    return new InputRow(
        id,
        session.location(),
        session.interfaceNumber(),
        session.driver(),
        description.name(),
        words(description.kinds().stream()),
        words(description.leds().stream()),
        words(device.leds().stream()),
        description.reports().size());
  }

  static <E extends Enum<E>> List<String> words(Stream<E> constants) {
    return constants
        .sorted()
        .map(constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-'))
        .collect(Collectors.toList());
  }

  static String table(List<InputRow> rows) {
    Table table = new Table("ID", "NAME", "KINDS", "LEDS", "ON", "DRIVER");
    for (InputRow row : rows) {
      table.row(
          row.id,
          row.name,
          String.join(" ", row.kinds),
          String.join(" ", row.leds),
          String.join(" ", row.ledsOn),
          row.driver);
    }
    return table.text("no input devices");
  }
}
