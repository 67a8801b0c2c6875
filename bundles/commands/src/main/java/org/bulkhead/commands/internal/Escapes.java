package org.bulkhead.commands.internal;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.bulkhead.console.CommandFailure;

/** Text as it is typed, with the escapes of C for what no keyboard has. */
final class Escapes {

  private Escapes() {}

  /** The bytes in UTF-8, an escaped byte as it is. */
  static byte[] bytes(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int i = 0;
    while (i < text.length()) {
      int next = text.codePointAt(i);
      i += Character.charCount(next);
      if (next != '\\') {
        bytes.writeBytes(Character.toString(next).getBytes(StandardCharsets.UTF_8));
        continue;
      }
      char escaped = i < text.length() ? text.charAt(i++) : ' ';
      switch (escaped) {
        case 'n' -> bytes.write('\n');
        case 'r' -> bytes.write('\r');
        case 't' -> bytes.write('\t');
        case '0' -> bytes.write(0);
        case '\\' -> bytes.write('\\');
        case 'x' -> {
          bytes.writeBytes(Arguments.hex(text.substring(i, Math.min(i + 2, text.length()))));
          i += 2;
        }
        default ->
            throw new CommandFailure(
                CommandFailure.USAGE,
                "\"" + text + "\" has an unknown escape: \\n \\r \\t \\0 \\\\ \\x41 are known");
      }
    }
    return bytes.toByteArray();
  }
}
