package org.bulkhead.device.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class KeyboardLayoutTest {

  private static final int SHIFT = 0xe1;
  private static final int ALT_GR = 0xe6;
  private static final int CAPS_LOCK = 0x39;

  private static String press(KeyboardText keyboard, int... keys) {
    StringBuilder text = new StringBuilder();
    for (int key : keys) {
      text.append(keyboard.key(0x0007_0000 | key, true));
    }
    for (int key : keys) {
      text.append(keyboard.key(0x0007_0000 | key, false));
    }
    return text.toString();
  }

  private static KeyboardText keyboard(String layout) {
    return new KeyboardText(KeyboardLayout.named(layout));
  }

  /** Plays strokes on a keyboard. */
  private static String play(KeyboardText keyboard, Iterable<KeyStroke> strokes) {
    StringBuilder text = new StringBuilder();
    for (KeyStroke stroke : strokes) {
      keyboard.key(0x0007_0000 | SHIFT, stroke.shift());
      keyboard.key(0x0007_0000 | ALT_GR, stroke.altGr());
      text.append(keyboard.key(stroke.usage(), true));
    }
    return text.toString();
  }

  @ParameterizedTest
  @CsvSource({"us, 1c, y, Y", "de, 1c, z, Z", "us, 2d, -, _", "de, 2d, ß, ?", "de, 34, ä, Ä"})
  void key_typesByLayout(String layout, String usage, String plain, String shifted) {
    int key = Integer.parseInt(usage, 16);
    assertThat(press(keyboard(layout), key)).isEqualTo(plain);
    assertThat(press(keyboard(layout), SHIFT, key)).isEqualTo(shifted);
  }

  @ParameterizedTest
  @CsvSource({"14, @", "08, €", "25, [", "24, {", "2d, \\", "30, ~", "64, |", "10, µ"})
  void altGr_isTheThirdLevelOfTheGermanLayout(String usage, String text) {
    int key = Integer.parseInt(usage, 16);
    assertThat(press(keyboard("de"), ALT_GR, key)).isEqualTo(text);
    // Control and alt for AltGr.
    assertThat(press(keyboard("de"), 0xe0, 0xe2, key)).isEqualTo(text);
  }

  @Test
  void keypad_typesDigits() {
    assertThat(press(keyboard("us"), 0x59, 0x5d, 0x62, 0x63, 0x58)).isEqualTo("150.\n");
    assertThat(press(keyboard("de"), 0x63)).isEqualTo(",");
  }

  @Test
  void shortcut_typesNothing() {
    assertThat(press(keyboard("us"), 0xe0, 0x06)).isEmpty();
    assertThat(press(keyboard("us"), 0xe2, 0x06)).isEmpty();
    assertThat(press(keyboard("us"), 0xe3, 0x06)).isEmpty();
    assertThat(press(keyboard("us"), ALT_GR, 0x06)).isEmpty();
  }

  @Test
  void capsLock_concernsLettersAndIsUndoneByShift() {
    KeyboardText keyboard = keyboard("us");
    press(keyboard, CAPS_LOCK);
    assertThat(press(keyboard, 0x04)).isEqualTo("A");
    assertThat(press(keyboard, SHIFT, 0x04)).isEqualTo("a");
    assertThat(press(keyboard, 0x1e)).isEqualTo("1");
    press(keyboard, CAPS_LOCK);
    assertThat(press(keyboard, 0x04)).isEqualTo("a");
  }

  @Test
  void deadKey_waitsForItsLetter() {
    KeyboardText keyboard = keyboard("de");
    assertThat(press(keyboard, 0x2e)).isEmpty();
    assertThat(press(keyboard, 0x08)).isEqualTo("é");
    assertThat(press(keyboard, 0x35, 0x2c)).isEqualTo("^");
    assertThat(press(keyboard, 0x35, 0x14)).isEqualTo("^q");
    assertThat(press(keyboard, 0x35, 0x35)).isEqualTo("^^");
  }

  @Test
  void otherPages_typeNothing() {
    assertThat(keyboard("us").key(0x000c_0004, true)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("org.bulkhead.device.input.KeyboardLayout#names")
  void everyPrintableCharacterOfAscii_isTypedByItsStrokes(String name) {
    KeyboardLayout layout = KeyboardLayout.named(name);
    StringBuilder ascii = new StringBuilder("\t\n");
    for (char c = ' '; c <= '~'; c++) {
      ascii.append(c);
    }
    assertThat(play(new KeyboardText(layout), layout.strokes(ascii.toString())))
        .isEqualTo(ascii.toString());
  }

  @Test
  void characterWithoutAKey_isNamed() {
    assertThatThrownBy(() -> KeyboardLayout.named("us").strokes("ä"))
        .hasMessage("the layout us has no key for \"ä\"");
  }

  @Test
  void unknownLayout_namesThoseThereAre() {
    assertThatThrownBy(() -> KeyboardLayout.named("xx"))
        .hasMessage("no keyboard layout \"xx\"; there are us, de");
  }

  @ParameterizedTest
  @CsvSource({"zz a", "04", "04 abc", "04 a b c d e"})
  void wrongLine_isShown(String line) {
    assertThatThrownBy(() -> KeyboardLayout.read("mine", new StringReader("# x\n" + line)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("keyboard layout mine, line \"" + line + "\"");
  }
}
