package org.bulkhead.scanner.internal;

import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bulkhead.device.input.InputDescription;
import org.bulkhead.device.input.InputKind;
import org.bulkhead.device.input.KeyboardLayout;

/**
 * One entry of the configuration: {@code 1-2}, {@code 0c2e:0b61} or {@code *scanner*}, and behind a
 * {@code =} a layout.
 */
record ScannerRule(String text, Pattern name, KeyboardLayout layout) {

  /**
   * Reads an entry.
   *
   * @param common the layout where the entry has none
   * @throws IllegalArgumentException names the layouts that there are
   */
  static ScannerRule parse(String entry, KeyboardLayout common) {
    int split = entry.indexOf('=');
    String text = (split < 0 ? entry : entry.substring(0, split)).trim().toLowerCase(Locale.ROOT);
    String glob =
        Stream.of(text.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
    return new ScannerRule(
        text,
        Pattern.compile(glob, Pattern.DOTALL),
        split < 0 ? common : KeyboardLayout.named(entry.substring(split + 1).trim()));
  }

  boolean matches(String location, InputDescription device) {
    return device.kinds().contains(InputKind.KEYBOARD)
        && (text.equals(location)
            || text.equals("%04x:%04x".formatted(device.vendorId(), device.productId()))
            || name.matcher(device.name().toLowerCase(Locale.ROOT)).matches());
  }
}
