package org.bulkhead.commands.internal;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** A line on the terminal with a bar, the rate and the time that is left; gone when closed. */
final class Progress implements LongConsumer, AutoCloseable {

  private static final long REPAINT_NANOS = 100_000_000;
  private static final double NANOS = 1e9;
  private static final String ERASE = "\r\u001b[K";
  private static final int LONGEST_BAR = 40;

  /** Room for the widest figures, so that the bar keeps its length. */
  private static final int FIGURES_WIDTH = 55;

  private final PrintStream out;
  private final boolean shown;
  private final int width;
  private final long total;
  private final LongSupplier nanoTime;
  private final long start;
  private long painted;
  private long done;

  Progress(Shell shell, long totalBytes) {
    this(shell.err(), shell.watched(), shell.console().width(), totalBytes, System::nanoTime);
  }

  Progress(PrintStream out, boolean shown, int width, long totalBytes, LongSupplier nanoTime) {
    this.out = out;
    this.shown = shown;
    this.width = width;
    this.total = totalBytes;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
    this.painted = start;
  }

  @Override
  public void accept(long bytes) {
    done += bytes;
    long now = nanoTime.getAsLong();
    if (shown && now - painted >= REPAINT_NANOS) {
      painted = now;
      out.print(ERASE + line(now));
      out.flush();
    }
  }

  /** Seconds since the beginning. */
  double seconds() {
    return (nanoTime.getAsLong() - start) / NANOS;
  }

  private String line(long now) {
    double rate = done / ((now - start) / NANOS);
    String figures =
        String.format(
            Locale.ROOT,
            " %3d%%  %s of %s  %s/s  %s left",
            done * 100 / total,
            Sizes.words(done),
            Sizes.words(total),
            Sizes.words((long) rate),
            time((long) ((total - done) / rate)));
    int bar = Math.min(LONGEST_BAR, width - FIGURES_WIDTH);
    if (bar < 5) {
      return figures.strip();
    }
    int full = (int) (done * bar / total);
    return "[" + "#".repeat(full) + ".".repeat(bar - full) + "]" + figures;
  }

  private static String time(long seconds) {
    return seconds < 3600
        ? String.format("%d:%02d", seconds / 60, seconds % 60)
        : String.format("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }

  @Override
  public void close() {
    if (painted != start) {
      out.print(ERASE);
      out.flush();
    }
  }
}
