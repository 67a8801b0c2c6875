package org.bulkhead.device.input;

import java.text.Normalizer;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Turns the keys of one keyboard into text: keeps modifiers, caps lock and a dead key that waits.
 * The numeric keypad always types digits, as scanners take for granted. Not thread-safe.
 */
public final class KeyboardText {

  private static final int CAPS_LOCK = KeyboardLayout.PAGE | 0x39;
  private static final int LEFT_CONTROL = KeyboardLayout.PAGE | 0xe0;
  private static final int RIGHT_META = KeyboardLayout.PAGE | 0xe7;

  /** Bits in the order of the usages 0xe0 to 0xe7. */
  private static final Modifier[] BY_BIT = {
    Modifier.CONTROL, Modifier.SHIFT, Modifier.ALT, Modifier.META,
    Modifier.CONTROL, Modifier.SHIFT, Modifier.ALT_GR, Modifier.META
  };

  /** Accents and the combining characters of theirs. */
  private static final Map<String, String> COMBINING =
      Map.of("´", "\u0301", "`", "\u0300", "^", "\u0302", "~", "\u0303", "¨", "\u0308");

  private final KeyboardLayout layout;
  private int held;
  private boolean caps;
  private String accent = "";

  /**
   * A keyboard with nothing held.
   *
   * @param layout what its keys type
   */
  public KeyboardText(KeyboardLayout layout) {
    this.layout = layout;
  }

  /**
   * A key changed.
   *
   * @param usage page and usage; pages other than 0x07 type nothing
   * @param down true when it went down
   * @return what it types, empty for nothing
   */
  public String key(int usage, boolean down) {
    if (usage >= LEFT_CONTROL && usage <= RIGHT_META) {
      int bit = 1 << usage - LEFT_CONTROL;
      held = down ? held | bit : held & ~bit;
      return "";
    }
    if (!down) {
      return "";
    }
    if (usage == CAPS_LOCK) {
      caps = !caps;
      return "";
    }
    Set<Modifier> modifiers = modifiers();
    boolean control = modifiers.contains(Modifier.CONTROL);
    boolean alt = modifiers.contains(Modifier.ALT);
    // Keyboards without the key, and some scanners, send control and alt for AltGr.
    boolean altGr = modifiers.contains(Modifier.ALT_GR) || control && alt;
    if (modifiers.contains(Modifier.META) || !altGr && (control || alt)) {
      return "";
    }
    return typed(layout.meaning(usage, modifiers.contains(Modifier.SHIFT), altGr, caps), usage);
  }

  private String typed(KeyboardLayout.Meaning meaning, int usage) {
    if (meaning == null) {
      return "";
    }
    String before = accent;
    accent = "";
    if (meaning.dead()) {
      if (before.isEmpty()) {
        accent = meaning.text();
        return "";
      }
      return before + meaning.text();
    }
    if (before.isEmpty()) {
      return meaning.text();
    }
    if (usage == KeyboardLayout.SPACE) {
      return before;
    }
    String composed =
        Normalizer.normalize(
            meaning.text() + COMBINING.getOrDefault(before, before), Normalizer.Form.NFC);
    return composed.codePointCount(0, composed.length()) == 1 ? composed : before + meaning.text();
  }

  /**
   * The modifiers that are held now.
   *
   * @return a fresh set
   */
  public Set<Modifier> modifiers() {
    EnumSet<Modifier> set = EnumSet.noneOf(Modifier.class);
    for (int bit = 0; bit < BY_BIT.length; bit++) {
      if ((held & 1 << bit) != 0) {
        set.add(BY_BIT[bit]);
      }
    }
    return set;
  }

  /** Forgets what is held and a dead key that waits, after a loss of keys. Caps lock stays. */
  public void reset() {
    held = 0;
    accent = "";
  }
}
