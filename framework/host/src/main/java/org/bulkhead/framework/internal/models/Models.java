package org.bulkhead.framework.internal.models;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.bulkhead.device.driver.MatchRule;
import org.bulkhead.device.usb.descriptor.DeviceDescriptor;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;

/**
 * What a person says of drivers and models. It goes before what drivers say of themselves: of the
 * lines of a driver that fit an interface the last one counts.
 *
 * @param lines in the order of the file
 */
public record Models(List<ModelLine> lines) {

  /** Nothing is said. */
  public static final Models NONE = new Models(List.of());

  /** The driver is to leave the interface alone. */
  public static final int NEVER = -1;

  /** Added to the category's values, which end at 50: what a person says is the best match. */
  private static final int BY_A_PERSON = 50;

  /**
   * Reads lines. One that is wrong is left out and told.
   *
   * @param wrong told the line's number and what to write instead
   */
  static Models parse(List<String> text, BiConsumer<Integer, String> wrong) {
    List<ModelLine> lines = new ArrayList<>();
    for (int i = 0; i < text.size(); i++) {
      String line = text.get(i).replaceFirst("#.*", "").strip();
      if (!line.isEmpty()) {
        try {
          lines.add(ModelLine.parse(i + 1, line));
        } catch (IllegalArgumentException reason) {
          wrong.accept(i + 1, reason.getMessage());
        }
      }
    }
    return new Models(List.copyOf(lines));
  }

  /**
   * How well a driver fits an interface.
   *
   * @return 60 to 100, {@link #NEVER}, or {@link MatchRule#MATCH_NONE} where nothing is said
   */
  public int match(String driver, DeviceDescriptor device, InterfaceDescriptor candidate) {
    int value = MatchRule.MATCH_NONE;
    for (ModelLine line : lines) {
      if (line.driver().equals(driver) && line.fits(device, candidate)) {
        value = line.never() ? NEVER : BY_A_PERSON + line.rule().match(device, candidate);
      }
    }
    return value;
  }

  /** The lines of a driver, as people read them. */
  public List<String> of(String driver) {
    return lines.stream()
        .filter(line -> line.driver().equals(driver))
        .map(line -> line + " (line " + line.number() + ")")
        .toList();
  }

  /** The drivers that lines name for a Device service. */
  List<String> drivers(Function<String, Object> properties) {
    List<String> named = new ArrayList<>();
    for (ModelLine line : lines) {
      Object number = properties.apply("usbinfo.bInterfaceNumber");
      if (line.rule().match(properties) > MatchRule.MATCH_NONE
          && (line.interfaceNumber() == MatchRule.ANY
              || Integer.valueOf(line.interfaceNumber()).equals(number))) {
        named.remove(line.driver());
        if (!line.never()) {
          named.add(line.driver());
        }
      }
    }
    return named;
  }
}
