package org.bulkhead.device.usb.descriptor;

/** Transfer types in the order of {@code bmAttributes} bits 1 to 0 (USB 2.0 table 9-13). */
public enum TransferType {
  /** Control, USB 2.0 section 5.5. */
  CONTROL,
  /** Isochronous, USB 2.0 section 5.6. */
  ISOCHRONOUS,
  /** Bulk, USB 2.0 section 5.8. */
  BULK,
  /** Interrupt, USB 2.0 section 5.7. */
  INTERRUPT
}
