package org.bulkhead.framework.internal.weave;

/** A class that cannot be woven; the message says why. */
public final class UnweavableException extends Exception {

  private static final long serialVersionUID = 1L;

  UnweavableException(String message) {
    super(message);
  }

  UnweavableException(String message, Throwable cause) {
    super(message, cause);
  }
}
