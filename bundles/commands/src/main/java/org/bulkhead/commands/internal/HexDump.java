package org.bulkhead.commands.internal;

import java.io.OutputStream;
import java.io.PrintStream;

/** Writes bytes as offsets, hexadecimal digits and text, sixteen in a line. */
final class HexDump extends OutputStream {

  private static final int WIDTH = 16;

  private final PrintStream out;
  private final byte[] line = new byte[WIDTH];
  private long offset;
  private int used;

  /**
   * A dump.
   *
   * @param offset the number that stands before the first line
   */
  HexDump(PrintStream out, long offset) {
    this.out = out;
    this.offset = offset;
  }

  @Override
  public void write(int b) {
    line[used++] = (byte) b;
    if (used == WIDTH) {
      print();
    }
  }

  @Override
  public void close() {
    if (used > 0) {
      print();
    }
    out.flush();
  }

  private void print() {
    StringBuilder text = new StringBuilder(String.format("%08x ", offset));
    for (int i = 0; i < WIDTH; i++) {
      text.append(i == WIDTH / 2 ? "  " : " ");
      text.append(i < used ? String.format("%02x", line[i]) : "  ");
    }
    text.append("  |");
    for (int i = 0; i < used; i++) {
      text.append(line[i] >= ' ' && line[i] < 0x7f ? (char) line[i] : '.');
    }
    out.println(text.append('|'));
    offset += used;
    used = 0;
  }
}
