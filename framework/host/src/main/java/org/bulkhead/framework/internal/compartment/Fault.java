package org.bulkhead.framework.internal.compartment;

import java.io.PrintWriter;
import java.io.StringWriter;

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
    StringWriter text = new StringWriter();
    try {
      thrown.printStackTrace(new PrintWriter(text));
      return new Fault(kind, oneLine(thrown.toString()), text.toString());
    } catch (Throwable hostile) {
      // A driver's exception may throw from its own toString.
      return new Fault(kind, thrown.getClass().getName() + " (and cannot be printed)", "");
    }
  }

  /**
   * A fault of a thread that does not come back.
   *
   * @param message what it does not do
   * @param thread the thread
   * @return the fault, with the thread's stack
   */
  public static Fault hang(String message, Thread thread) {
    StringBuilder text = new StringBuilder(thread.getName()).append('\n');
    for (StackTraceElement frame : thread.getStackTrace()) {
      text.append("\tat ").append(frame).append('\n');
    }
    return new Fault(FaultKind.HANG, message, text.toString());
  }

  private static String oneLine(String text) {
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end) + " …";
  }
}
