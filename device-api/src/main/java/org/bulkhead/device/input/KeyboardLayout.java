package org.bulkhead.device.input;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the keys of a keyboard type. Data, from a text with one line for each key: its usage of page
 * 0x07 in hexadecimal, then what it types alone, with shift, with AltGr, and with both.
 *
 * <pre>
 * # A key of the German layout
 * 14 q Q @
 * 35 dead:^ °
 * </pre>
 *
 * <p>{@code space}, {@code enter} and {@code tab} stand for themselves, {@code none} for nothing,
 * and {@code dead:} before an accent for a key that waits for the letter to put it on. Immutable.
 */
public final class KeyboardLayout {

  /** The usage page of keys, in the high half of a usage. */
  static final int PAGE = 0x07 << 16;

  static final int SPACE = PAGE | 0x2c;

  private static final String[] NAMES = {"us", "de"};
  private static final int LEVELS = 4;
  private static final int ALT_GR_LEVEL = 2;

  private final String name;
  private final Map<Integer, Meaning[]> keys;
  private final Map<String, KeyStroke> strokes = new HashMap<>();
  private final Map<String, KeyStroke> accents = new HashMap<>();

  /** What a key types at one level. */
  record Meaning(String text, boolean dead) {}

  private KeyboardLayout(String name, Map<Integer, Meaning[]> keys) {
    this.name = name;
    this.keys = keys;
    keys.forEach(this::remember);
  }

  private void remember(int usage, Meaning[] meanings) {
    for (int level = 0; level < meanings.length; level++) {
      Meaning meaning = meanings[level];
      if (meaning != null) {
        (meaning.dead ? accents : strokes)
            .putIfAbsent(
                meaning.text, new KeyStroke(usage, (level & 1) != 0, (level & ALT_GR_LEVEL) != 0));
      }
    }
  }

  /**
   * The names of the layouts that are built in.
   *
   * @return such as {@code us}
   */
  public static List<String> names() {
    return List.of(NAMES);
  }

  /**
   * A layout that is built in.
   *
   * @param name one of {@link #names()}
   * @return the layout
   * @throws IllegalArgumentException names those that there are
   */
  public static KeyboardLayout named(String name) {
    if (!names().contains(name)) {
      throw new IllegalArgumentException(
          "no keyboard layout \"" + name + "\"; there are " + String.join(", ", names()));
    }
    try (InputStream data = KeyboardLayout.class.getResourceAsStream(name + ".layout")) {
      return read(name, new InputStreamReader(data, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a layout.
   *
   * @param name what it is called
   * @param text in the form above
   * @return the layout
   * @throws IOException where the text cannot be read
   * @throws IllegalArgumentException shows the line that is wrong
   */
  public static KeyboardLayout read(String name, Reader text) throws IOException {
    Map<Integer, Meaning[]> keys = new LinkedHashMap<>();
    BufferedReader lines = new BufferedReader(text);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] words = line.trim().split("\\s+");
        try {
          keys.put(PAGE | Integer.parseInt(words[0], 16), meanings(words));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              "keyboard layout " + name + ", line \"" + line + "\": " + e.getMessage(), e);
        }
      }
    }
    return new KeyboardLayout(name, keys);
  }

  private static Meaning[] meanings(String[] words) {
    if (words.length < 2 || words.length > 1 + LEVELS) {
      throw new IllegalArgumentException("a usage and one to four characters are expected");
    }
    Meaning[] meanings = new Meaning[LEVELS];
    for (int i = 1; i < words.length; i++) {
      meanings[i - 1] = meaning(words[i]);
    }
    return meanings;
  }

  private static Meaning meaning(String word) {
    return switch (word) {
      case "none" -> null;
      case "space" -> new Meaning(" ", false);
      case "enter" -> new Meaning("\n", false);
      case "tab" -> new Meaning("\t", false);
      default -> {
        boolean dead = word.startsWith("dead:");
        String text = dead ? word.substring("dead:".length()) : word;
        if (text.codePointCount(0, text.length()) != 1) {
          throw new IllegalArgumentException("\"" + word + "\" is not one character");
        }
        yield new Meaning(text, dead);
      }
    };
  }

  /**
   * What it is called.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /** What a key types, or null where it types nothing so. Caps lock concerns letters only. */
  Meaning meaning(int usage, boolean shift, boolean altGr, boolean caps) {
    Meaning[] meanings = keys.get(usage);
    if (meanings == null) {
      return null;
    }
    boolean letter = meanings[0] != null && Character.isLetter(meanings[0].text.codePointAt(0));
    boolean upper = shift ^ (caps && letter);
    return meanings[(upper ? 1 : 0) | (altGr ? ALT_GR_LEVEL : 0)];
  }

  /**
   * The keys that type a text: the way back, for whoever plays a keyboard.
   *
   * @param text the text; a line end is the enter key
   * @return the strokes, in order
   * @throws IllegalArgumentException names the character that the layout does not have
   */
  public List<KeyStroke> strokes(String text) {
    List<KeyStroke> all = new ArrayList<>();
    text.codePoints()
        .forEach(
            code -> {
              String character = Character.toString(code);
              KeyStroke stroke = strokes.get(character);
              if (stroke == null && accents.containsKey(character)) {
                all.add(accents.get(character));
                stroke = strokes.get(" ");
              }
              if (stroke == null) {
                throw new IllegalArgumentException(
                    "the layout " + name + " has no key for \"" + character + "\"");
              }
              all.add(stroke);
            });
    return all;
  }

  @Override
  public String toString() {
    return name;
  }
}
