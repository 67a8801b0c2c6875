package org.bulkhead.framework.admin;

/** A device, interface or driver that is not there. */
public class NoSuchTargetException extends Exception {

  private static final long serialVersionUID = 1L;

  /**
   * A name that names nothing.
   *
   * @param message the name, and what there is instead
   */
  public NoSuchTargetException(String message) {
    super(message);
  }
}
