package org.bulkhead.device.input;

/**
 * A key with the modifiers that it takes to type a character.
 *
 * @param usage page and usage of the key, 0x0007xxxx
 * @param shift whether with shift
 * @param altGr whether with AltGr
 */
public record KeyStroke(int usage, boolean shift, boolean altGr) {}
