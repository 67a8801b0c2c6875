package org.bulkhead.device.input;

/** The keys that change what other keys mean; where there are two, either counts. */
public enum Modifier {
  /** Control, left or right. */
  CONTROL,
  /** Shift, left or right. */
  SHIFT,
  /** Alt, the left one. */
  ALT,
  /** The right Alt, which is AltGr on keyboards that have a third level. */
  ALT_GR,
  /** GUI, left or right: the key with a company's sign. */
  META
}
