package org.bulkhead.console.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {

  private static final List<String> COMMANDS =
      List.of("device:list", "device:show", "driver:list", "felix:lb");

  @Test
  void typingError_findsTheCommand() {
    assertThat(Nearest.to("devcie:list", COMMANDS)).containsExactly("device:list");
  }

  @Test
  void functionWithoutScope_isComparedWithFunctions() {
    assertThat(Nearest.to("shwo", COMMANDS)).containsExactly("device:show");
    assertThat(Nearest.to("lst", COMMANDS)).contains("device:list", "driver:list");
  }

  @Test
  void beginning_isNear() {
    assertThat(Nearest.to("device", COMMANDS)).containsExactly("device:list", "device:show");
  }

  @Test
  void strangeWord_findsNothing() {
    assertThat(Nearest.to("xyzzy", COMMANDS)).isEmpty();
  }
}
