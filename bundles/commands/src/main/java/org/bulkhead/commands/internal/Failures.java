package org.bulkhead.commands.internal;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import org.bulkhead.console.CommandFailure;

/** Exceptions as one line for a person. */
final class Failures {

  private Failures() {}

  static String reason(Exception e) {
    if (e instanceof NoSuchFileException) {
      return "there is no file " + e.getMessage();
    } else if (e instanceof FileAlreadyExistsException) {
      return "there is a file " + e.getMessage() + " already";
    }
    String message = e.getMessage();
    return message == null || message.isBlank()
        ? e.getClass().getSimpleName()
        : message.lines().findFirst().orElse(message);
  }

  static CommandFailure of(String id, Exception e) {
    String reason = reason(e);
    return new CommandFailure(reason.contains(id) ? reason : id + ": " + reason);
  }
}
