package org.bulkhead.framework.internal.compartment;

import java.io.PrintWriter;
import java.io.Writer;

/**
 * What went wrong in one incarnation.
 *
 * @param kind the class of fault
 * @param message one line
 * @param trace a stack trace, or empty
 */
public record Fault(FaultKind kind, String message, String trace) {

  /**
   * A fault from something thrown.
   *
   * @param kind the class of fault
   * @param thrown what the driver threw
   * @return the fault
   */
  public static Fault of(FaultKind kind, Throwable thrown) {
    if (thrown == null) {
      return new Fault(kind, "no cause given", "");
    }
    Excerpt text = new Excerpt();
    try {
      String message = oneLine(thrown.toString());
      print(thrown, text);
      return new Fault(kind, message, text.toString());
    } catch (Throwable hostile) {
      // A driver's exception may throw from its own toString.
      return new Fault(
          kind, thrown.getClass().getName() + " (and cannot be printed)", text.toString());
    }
  }

  private static void print(Throwable thrown, Excerpt text) {
    try {
      thrown.printStackTrace(new PrintWriter(text));
    } catch (Excerpt.Full enough) {
      text.text.append(" …");
    }
  }

  /** The beginning of a text of any length: a chain of causes may never end. */
  private static final class Excerpt extends Writer {

    private static final int MOST = 16_384;

    private static final class Full extends RuntimeException {
      private static final long serialVersionUID = 1L;

      Full() {
        super(null, null, false, false);
      }
    }

    private final StringBuilder text = new StringBuilder();

    @Override
    public void write(char[] chars, int from, int count) {
      text.append(chars, from, Math.min(count, MOST - text.length()));
      if (text.length() == MOST) {
        throw new Full();
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}

    @Override
    public String toString() {
      return text.toString();
    }
  }

  /**
   * A fault of a thread, seen from outside.
   *
   * @param kind the class of fault
   * @param message what it does
   * @param thread the thread
   * @return the fault, with the thread's stack
   */
  public static Fault stack(FaultKind kind, String message, Thread thread) {
    StringBuilder text = new StringBuilder(thread.getName()).append('\n');
    for (StackTraceElement frame : thread.getStackTrace()) {
      text.append("\tat ").append(frame).append('\n');
    }
    return new Fault(kind, message, text.toString());
  }

  /** What the end of the incarnation adds to it. */
  Fault afterwards(Incarnation.Drained end) {
    boolean ignored = kind == FaultKind.HANG && end.ignoredInterrupt();
    return new Fault(
        ignored ? FaultKind.IGNORED_INTERRUPT : kind,
        message
            + (ignored ? "; it took its interrupt and waited on" : "")
            + (end.left() ? "" : "; it cannot be ended"),
        trace);
  }

  private static String oneLine(String text) {
    int end = text.indexOf('\n');
    int most = Math.min(end < 0 ? text.length() : end, 500);
    return most == text.length() ? text : text.substring(0, most) + " …";
  }
}
