package org.bulkhead.launcher.admin;

import java.io.IOException;

/**
 * The peer sent something that the administration protocol does not allow: close the connection.
 */
public class ProtocolException extends IOException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what was wrong
   */
  public ProtocolException(String message) {
    super(message);
  }
}
