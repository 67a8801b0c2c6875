package org.bulkhead.device.input;

/** What a device is used for; one device can be several at once. */
public enum InputKind {
  /** Has keys: keyboards, keypads, media and power keys, most scanners. */
  KEYBOARD,
  /** Moves a pointer: mice, tablets, touch screens. */
  POINTER,
  /** Everything else; its reports come as they are. */
  OTHER
}
