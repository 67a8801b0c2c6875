package org.bulkhead.device.input;

import java.time.Instant;
import java.util.Set;

/**
 * A key went down or came up. Each down has its up: where the device or its driver is lost between
 * the two, the framework makes one.
 *
 * @param device the device
 * @param time when the gateway learnt of it
 * @param usage page and usage, such as 0x00070004 for the key A on an American keyboard
 * @param down true when it went down
 * @param modifiers the modifiers that are held, this key included where it went down
 * @param text what the key types by the gateway's layout, empty where it types nothing: on release,
 *     for modifiers, for a dead key
 */
public record KeyEvent(
    InputDevice device, Instant time, int usage, boolean down, Set<Modifier> modifiers, String text)
    implements InputEvent {

  /**
   * The usage page, by which keyboard keys (0x07) are told from media keys (0x0c).
   *
   * @return the high half of the usage
   */
  public int page() {
    return usage >>> 16;
  }
}
