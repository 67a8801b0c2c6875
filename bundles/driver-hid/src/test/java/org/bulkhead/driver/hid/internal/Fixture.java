package org.bulkhead.driver.hid.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/** Report descriptors of real devices: hexadecimal digits, and behind # what they mean. */
final class Fixture {

  static final List<String> ALL =
      List.of(
          "qemu-keyboard",
          "qemu-mouse",
          "qemu-tablet",
          "unifying-mouse",
          "unifying-hidpp",
          "joystick");

  private Fixture() {}

  static byte[] bytes(String name) {
    try (InputStream in = Fixture.class.getResourceAsStream(name + ".hid")) {
      return hex(
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .map(line -> line.replaceAll("#.*", ""))
              .collect(Collectors.joining()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replaceAll("\\s", ""));
  }
}
