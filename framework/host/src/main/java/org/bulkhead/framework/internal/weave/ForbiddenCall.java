package org.bulkhead.framework.internal.weave;

/** Thrown into a driver that made a call which no driver may make. Nothing was done. */
public final class ForbiddenCall extends Error {

  private static final long serialVersionUID = 1L;

  ForbiddenCall(Violation violation, String call) {
    super(call + ": " + violation.rule());
  }
}
