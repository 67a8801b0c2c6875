package org.bulkhead.scanner.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bulkhead.device.input.KeyStroke;
import org.bulkhead.device.input.KeyboardLayout;
import org.junit.jupiter.api.Test;

class LineAssemblerTest {

  private static final Duration TIMEOUT = Duration.ofMillis(100);
  private static final int SHIFT = 0x0007_00e1;
  private static final int ALT_GR = 0x0007_00e6;

  private final KeyboardLayout german = KeyboardLayout.named("de");
  private final LineAssembler scanner = new LineAssembler(german, Set.of("\n", "\t"), TIMEOUT);
  private final List<String> lines = new ArrayList<>();
  private Instant now = Instant.EPOCH;

  private void scan(String text) {
    for (KeyStroke stroke : german.strokes(text)) {
      key(SHIFT, stroke.shift());
      key(ALT_GR, stroke.altGr());
      key(stroke.usage(), true);
      key(stroke.usage(), false);
      now = now.plusMillis(1);
    }
  }

  private void key(int usage, boolean down) {
    String line = scanner.key(usage, down, now);
    if (line != null) {
      lines.add(line);
    }
  }

  private void pause() {
    now = now.plus(TIMEOUT).plusMillis(1);
  }

  @Test
  void lines_endWithEnterOrTab() {
    scan("4006381333931\nABC-abc/1+2\thttps://example.org/?q={ä}@€\n");
    assertThat(lines)
        .containsExactly("4006381333931", "ABC-abc/1+2", "https://example.org/?q={ä}@€");
  }

  @Test
  void emptyLines_areNotTold() {
    scan("\n\n1\n\n");
    assertThat(lines).containsExactly("1");
  }

  @Test
  void pause_dropsWhatCameBefore() {
    scan("123");
    pause();
    scan("456\n");
    assertThat(lines).containsExactly("456");
  }

  @Test
  void gapWithinALine_dropsTheRestOfIt() {
    scan("123");
    scanner.gap(now);
    scan("456\n789\n");
    assertThat(lines).containsExactly("789");
  }

  @Test
  void lineAfterAGap_isWholeWhereItComesLater() {
    scanner.gap(now);
    pause();
    scan("456\n");
    assertThat(lines).containsExactly("456");
  }

  @Test
  void restOfALine_isDroppedHoweverLongTheDriverWasAway() {
    scan("123");
    scanner.gap(now);
    now = now.plusSeconds(60);
    scanner.gap(now);
    scan("456\n");
    assertThat(lines).isEmpty();
  }

  @Test
  void shiftThatWasLostInAGap_isNotHeldForEver() {
    key(SHIFT, true);
    scanner.gap(now);
    pause();
    scan("a\n");
    assertThat(lines).containsExactly("a");
  }

  @Test
  void endlessLine_isDroppedToItsEnd() {
    for (int i = 0; i < 1_000; i++) {
      scan("0123456789");
    }
    scan("\nok\n");
    assertThat(lines).containsExactly("ok");
  }

  @Test
  void clockThatGoesBack_isNoPause() {
    scan("12");
    now = now.minusSeconds(60);
    scan("34\n");
    assertThat(lines).containsExactly("1234");
  }
}
