package org.bulkhead.commands.internal;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Collectors;
import org.bulkhead.console.CommandFailure;

/**
 * Arguments from text. The commands take text and not numbers, because Gogo changes what looks like
 * a number: a serial number 0012 would arrive as 12; and because its own complaint names types
 * where a person needs words.
 */
final class Arguments {

  /** A day: the longest wait that can be asked for. */
  static final int LONGEST_SECONDS = 86_400;

  private Arguments() {}

  static long number(String name, String text, long least, long most) {
    try {
      // Not Long.decode: it takes a leading zero for octal.
      boolean hex = text.startsWith("0x");
      long value = hex ? Long.parseLong(text.substring(2), 16) : Long.parseLong(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below, in the same words.
    }
    throw new CommandFailure(
        CommandFailure.USAGE,
        name + " is \"" + text + "\": a whole number from " + least + " to " + most + " is needed");
  }

  static <E extends Enum<E>> E word(String name, String text, Class<E> type) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(text.replace('-', '_'))) {
        return constant;
      }
    }
    throw new CommandFailure(
        CommandFailure.USAGE, name + " is \"" + text + "\": one of " + words(type) + " is needed");
  }

  private static <E extends Enum<E>> String words(Class<E> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(c -> c.name().toLowerCase(Locale.ROOT).replace('_', '-'))
        .collect(Collectors.joining(", "));
  }

  static byte[] hex(String text) {
    try {
      return HexFormat.of().parseHex(text.replaceAll("[\\s:,]|0x", ""));
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(
          CommandFailure.USAGE,
          "\"" + text + "\" is not hexadecimal: two digits for each byte are needed");
    }
  }
}
