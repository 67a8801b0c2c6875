package org.bulkhead.itests.rig;

/**
 * What a script in the guest left.
 *
 * @param stdout its standard output, decoded as UTF-8
 * @param stderr its standard error, decoded as UTF-8
 * @param status its exit status; 128 + n if signal n ended it
 */
record ExecResult(String stdout, String stderr, int status) {

  /** Returns this if the script succeeded, and fails the test with what it said otherwise. */
  ExecResult succeeded() {
    if (status != 0) {
      throw new AssertionError(
          "exit status " + status + "\nstdout: " + stdout + "\nstderr: " + stderr);
    }
    return this;
  }
}
