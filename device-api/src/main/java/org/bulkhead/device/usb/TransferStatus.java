package org.bulkhead.device.usb;

import org.bulkhead.device.usb.UsbException.Kind;

/**
 * How a transfer ended. Apart from {@link #COMPLETED} each value is the {@link Kind} of its name.
 */
public enum TransferStatus {
  /** All went well; an IN transfer may still be short (USB 2.0 section 5.8.3). */
  COMPLETED(null),
  /** See {@link Kind#STALL}. */
  STALL(Kind.STALL),
  /** See {@link Kind#TIMEOUT}. */
  TIMEOUT(Kind.TIMEOUT),
  /** See {@link Kind#CANCELLED}. */
  CANCELLED(Kind.CANCELLED),
  /** See {@link Kind#DISCONNECTED}. */
  DISCONNECTED(Kind.DISCONNECTED),
  /** See {@link Kind#OVERFLOW}. */
  OVERFLOW(Kind.OVERFLOW),
  /** See {@link Kind#FAULT}. */
  FAULT(Kind.FAULT);

  private final Kind kind;

  TransferStatus(Kind kind) {
    this.kind = kind;
  }

  /**
   * The kind of error that this status stands for.
   *
   * @return the kind
   * @throws IllegalStateException for {@link #COMPLETED}
   */
  public Kind kind() {
    if (kind == null) {
      throw new IllegalStateException("a completed transfer has no error");
    }
    return kind;
  }
}
