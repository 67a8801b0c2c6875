package org.bulkhead.driver.repository;

/** A driver cannot be had from a repository; the message is one line for the operator. */
public class RepositoryException extends Exception {

  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message names the driver and the repository and says what is wrong
   */
  public RepositoryException(String message) {
    super(message);
  }

  /**
   * Makes the exception.
   *
   * @param message names the driver and the repository and says what is wrong
   * @param cause what brought it about
   */
  public RepositoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
