package org.bulkhead.console.internal;

/** Thrown by {@code exit}: the session ends with a status. */
final class ExitRequest extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The session's status. */
  final int status;

  ExitRequest(int status) {
    super("exit " + status, null, false, false);
    this.status = status;
  }
}
