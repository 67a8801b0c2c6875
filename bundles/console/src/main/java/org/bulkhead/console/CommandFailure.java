package org.bulkhead.console;

/**
 * Thrown by a command to end with one clear line and a status.
 *
 * <p>The console prints the message as it is on the standard error and returns the status: of
 * {@code bulkhead exec}, of {@code run -c}, or to {@code &&} and {@code ||}. Nothing is logged.
 */
public class CommandFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The status for wrong arguments. */
  public static final int USAGE = 2;

  /** The status of the command. */
  private final int status;

  /**
   * A failure with status 1.
   *
   * @param message one line that names what failed and says what to do
   */
  public CommandFailure(String message) {
    this(1, message);
  }

  /**
   * A failure with a status of its own.
   *
   * @param status 1 to 125
   * @param message one line that names what failed and says what to do
   */
  public CommandFailure(int status, String message) {
    this(status, message, null);
  }

  /**
   * A failure with a status and a cause.
   *
   * @param status 1 to 125
   * @param message one line that names what failed and says what to do
   * @param cause what brought it about, or null
   */
  public CommandFailure(int status, String message, Throwable cause) {
    super(message, cause);
    if (status < 1 || status > 125) {
      throw new IllegalArgumentException("status " + status + " is not within 1 to 125");
    }
    this.status = status;
  }

  /**
   * The status that the command ends with.
   *
   * @return 1 to 125
   */
  public int status() {
    return status;
  }
}
