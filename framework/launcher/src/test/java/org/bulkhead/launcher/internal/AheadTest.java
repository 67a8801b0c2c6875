package org.bulkhead.launcher.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class AheadTest {

  private static List<String> list() throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Ahead.class.getResourceAsStream("ahead.list"), StandardCharsets.US_ASCII))) {
      return lines.lines().toList();
    }
  }

  @Test
  void felixIsThatOfTheList() throws IOException {
    List<String> felix =
        list().stream().filter(line -> line.startsWith("org.apache.felix.framework.")).toList();
    assertThat(felix).hasSizeGreaterThan(50);
    assertThat(felix)
        .as("write the list anew, by framework/launcher/list-ahead")
        .allSatisfy(
            name ->
                assertThatCode(() -> Class.forName(name, false, Ahead.class.getClassLoader()))
                    .doesNotThrowAnyException());
  }

  @Test
  void bundlesComeAfterTheEmptyLine() throws IOException {
    List<String> list = list();
    int empty = list.indexOf("");
    assertThat(list.subList(0, empty)).noneMatch(line -> line.contains(" "));
    assertThat(list.subList(empty + 1, list.size()))
        .hasSizeGreaterThan(100)
        .allMatch(line -> line.matches("org\\.[\\w.]+ org\\.[\\w.$]+"));
  }
}
