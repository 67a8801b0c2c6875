package org.bulkhead.campaign.internal.mutate;

import java.util.Locale;

/** The ways in which programmers err. */
public enum Operator {
  /** Swapped operands, or another arithmetic operator. */
  OPERATOR,
  /** The wrong branch of a condition or a switch. */
  BRANCH,
  /** Less instead of less or equal, and their like. */
  BOUNDARY,
  /** A constant or a step that is off by one. */
  OFF_BY_ONE,
  /** Another constant. */
  CONSTANT,
  /** A field or a counter that keeps its old value. */
  LOST_STORE,
  /** Null instead of a result. */
  NULL,
  /** A call that is not made. */
  REMOVED_CALL;

  /** The name that people see. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
