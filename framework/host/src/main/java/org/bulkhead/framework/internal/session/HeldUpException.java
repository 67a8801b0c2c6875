package org.bulkhead.framework.internal.session;

import org.bulkhead.device.contract.OutcomeUnknownException;

/** The driver is there, but its device takes nothing. */
final class HeldUpException extends OutcomeUnknownException {

  private static final long serialVersionUID = 1;

  HeldUpException(String message, long bytesConfirmed, long bytesUnknown) {
    super(message, bytesConfirmed, bytesUnknown);
  }
}
