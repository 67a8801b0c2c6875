package org.bulkhead.framework.internal.session;

import org.bulkhead.framework.internal.compartment.Incarnation;

/** A session's way into the incarnation that serves it now. Used by generated code. */
public final class Binding {

  /** The driver's implementation. */
  public final Object service;

  final Incarnation incarnation;

  Binding(Object service, Incarnation incarnation) {
    this.service = service;
    this.incarnation = incarnation;
  }
}
