package org.bulkhead.scanner.internal;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.bulkhead.device.input.KeyboardLayout;
import org.bulkhead.device.input.KeyboardText;

/**
 * Puts the keys of one scanner together to lines. A line of which a part is missing is never told:
 * a wrong code is worse than none. Not thread-safe.
 */
final class LineAssembler {

  /** Past the longest QR code, 7,089 digits. */
  private static final int MAX_CHARACTERS = 8_192;

  private final KeyboardText keys;
  private final Set<String> suffixes;
  private final Duration timeout;
  private final StringBuilder line = new StringBuilder();
  private Instant last = Instant.MIN;

  /** Whether keys are missing from the line, so that it is to be dropped up to its end. */
  private boolean torn;

  /**
   * A scanner at the beginning of a line.
   *
   * @param suffixes what the keys type that end a line
   * @param timeout the longest pause within a line
   */
  LineAssembler(KeyboardLayout layout, Set<String> suffixes, Duration timeout) {
    keys = new KeyboardText(layout);
    this.suffixes = suffixes;
    this.timeout = timeout;
  }

  /**
   * A key changed.
   *
   * @return the line that it ended, or null
   */
  String key(int usage, boolean down, Instant time) {
    String typed = keys.key(usage, down);
    if (typed.isEmpty()) {
      return null;
    }
    // A scanner sends a line in one go: after a pause another begins.
    if (last != Instant.MIN && Duration.between(last, time).compareTo(timeout) > 0) {
      line.setLength(0);
      torn = false;
    }
    last = time;
    if (suffixes.contains(typed)) {
      String whole = torn || line.isEmpty() ? null : line.toString();
      line.setLength(0);
      torn = false;
      return whole;
    }
    if (line.length() >= MAX_CHARACTERS) {
      torn = true;
    } else {
      line.append(typed);
    }
    return null;
  }

  /** Keys are missing: what follows at once is the rest of a line whose beginning is lost. */
  void gap(Instant time) {
    keys.reset();
    line.setLength(0);
    torn = true;
    last = time;
  }
}
