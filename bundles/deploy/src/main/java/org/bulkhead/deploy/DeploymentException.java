package org.bulkhead.deploy;

/** A jar was refused or could not be swapped in; the message is one line for the operator. */
public class DeploymentException extends Exception {

  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message names the file or bundle, says what is wrong with it and what runs now
   */
  public DeploymentException(String message) {
    super(message);
  }

  /**
   * Makes the exception.
   *
   * @param message names the file or bundle, says what is wrong with it and what runs now
   * @param cause what brought it about
   */
  public DeploymentException(String message, Throwable cause) {
    super(message, cause);
  }
}
