package org.bulkhead.console.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.felix.gogo.runtime.EOFError;
import org.bulkhead.console.internal.CommandLine.Statement;
import org.junit.jupiter.api.Test;

class CommandLineTest {

  @Test
  void semicolons_separateStatements() {
    assertThat(texts("device:list; block:hash 1-2 ;driver:faults"))
        .containsExactly("device:list", "block:hash 1-2", "driver:faults");
  }

  @Test
  void semicolonsInQuotesAndClosures_doNot() {
    assertThat(texts("echo \"a;b\"; each { a; b }"))
        .containsExactly("echo \"a;b\"", "each { a; b }");
  }

  @Test
  void pipesAndConditions_stayTogether() {
    assertThat(texts("a | b && c; d")).containsExactly("a | b && c", "d");
  }

  @Test
  void redirection_staysWithItsStatement() {
    assertThat(texts("lb > /tmp/x; d")).containsExactly("lb > /tmp/x", "d");
  }

  @Test
  void ampersand_endsAStatementAndStaysWithIt() {
    assertThat(texts("a 1 & b")).containsExactly("a 1 &", "b");
  }

  @Test
  void blanksAndEmptyStatements_areNothing() {
    assertThat(texts("  ")).isEmpty();
    assertThat(texts("a;;")).containsExactly("a");
  }

  @Test
  void unclosedQuote_isAnError() {
    assertThatThrownBy(() -> CommandLine.parse("echo \"a")).isInstanceOf(EOFError.class);
  }

  @Test
  void helpOption_isFoundAnywhereAfterTheCommand() {
    assertThat(CommandLine.parse("lb -s --help").get(0).asksForHelp()).isTrue();
    assertThat(CommandLine.parse("--help").get(0).asksForHelp()).isFalse();
  }

  private static List<String> texts(String line) {
    return CommandLine.parse(line).stream().map(Statement::text).toList();
  }
}
