package org.bulkhead.framework.internal.names;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The lines of a USB ID list from some place on: one at a time, and no more of it in memory. */
final class IdLines implements AutoCloseable {

  private static final int BUFFER_BYTES = 8192;

  /** What is longer than any name is cut. */
  private static final int MAX_LINE_BYTES = 256;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final byte[] line = new byte[MAX_LINE_BYTES];
  private int length;
  private int at;
  private int filled;
  private long offset;
  private long next;

  IdLines(Path file, long from) throws IOException {
    SeekableByteChannel channel = Files.newByteChannel(file);
    channel.position(from);
    in = Channels.newInputStream(channel);
    next = from;
  }

  /** Goes to the next line; false at the end. */
  boolean next() throws IOException {
    offset = next;
    length = 0;
    for (int b = read(); b >= 0; b = read()) {
      next++;
      if (b == '\n') {
        return true;
      }
      if (length < MAX_LINE_BYTES) {
        line[length++] = (byte) b;
      }
    }
    return next > offset;
  }

  private int read() throws IOException {
    if (at == filled) {
      filled = in.read(buffer);
      at = 0;
      if (filled <= 0) {
        filled = 0;
        return -1;
      }
    }
    return buffer[at++] & 0xff;
  }

  /** Where the line begins. */
  long offset() {
    return offset;
  }

  /** The number that the line has at a place, followed by a blank or its end; -1 for none. */
  int hex(int from, int digits) {
    if (from + digits > length || from + digits < length && line[from + digits] != ' ') {
      return -1;
    }
    int value = 0;
    for (int i = from; i < from + digits; i++) {
      int digit = Character.digit(line[i], 16);
      if (digit < 0) {
        return -1;
      }
      value = value << 4 | digit;
    }
    return value;
  }

  boolean startsWith(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (i == length || line[i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether the line does not begin another vendor or class: indented, empty or a comment. */
  boolean isInner() {
    return length == 0 || line[0] == '\t' || line[0] == '#' || line[0] == '\r';
  }

  /** How many tabulators it begins with. */
  int depth() {
    int depth = 0;
    while (depth < length && line[depth] == '\t') {
      depth++;
    }
    return depth;
  }

  /** The text from a place on, without what could drive a terminal. */
  String name(int from) {
    String text = new String(line, from, Math.max(0, length - from), StandardCharsets.UTF_8);
    return text.replaceAll("\\p{Cntrl}", " ").strip();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
