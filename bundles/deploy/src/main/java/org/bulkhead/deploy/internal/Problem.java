package org.bulkhead.deploy.internal;

import org.osgi.framework.BundleException;

/** One line for a failure of a bundle. */
final class Problem {

  private Problem() {}

  /** The activator's own exception where there is one: Felix only wraps it. */
  static String of(Exception e) {
    Throwable told = e instanceof BundleException && e.getCause() != null ? e.getCause() : e;
    String message = told.getMessage() == null ? told.toString() : told.getMessage();
    return message.replaceAll("\\s*\\R\\s*", " ");
  }
}
