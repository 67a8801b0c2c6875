package org.bulkhead.launcher.internal;

/**
 * The exit statuses of {@code bin/bulkhead}, listed in docs/operations.md. A status that is not
 * here comes from the executed commands, or is 128 plus the number of the signal that ended the
 * gateway in an orderly way.
 */
final class ExitCode {

  static final int OK = 0;
  static final int FAILURE = 1;
  static final int USAGE = 2;

  /** As the Linux Standard Base has it for {@code status}. */
  static final int NOT_RUNNING = 3;

  static final int ALREADY_RUNNING = 4;
  static final int VAR_UNUSABLE = 5;

  /** The gateway did not end in time and was halted; the log has the threads. */
  static final int HALTED = 70;

  private ExitCode() {}
}
