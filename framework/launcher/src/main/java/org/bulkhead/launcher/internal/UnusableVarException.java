package org.bulkhead.launcher.internal;

import java.nio.file.Path;

/** The writable folder cannot be written to; the message names it and says what to do. */
final class UnusableVarException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  UnusableVarException(Path folder, String reason, Throwable cause) {
    super(
        "cannot write to "
            + folder
            + ": "
            + reason
            + ". Make room or give the folder to this user, or set BULKHEAD_VAR to another one.",
        cause);
  }
}
