package org.bulkhead.console.internal;

import java.util.ArrayList;
import java.util.List;
import org.apache.felix.gogo.runtime.Parser;
import org.apache.felix.gogo.runtime.Token;

/**
 * Splits a line at its top-level semicolons.
 *
 * <p>Gogo would execute the whole line and return the last result only. Like a Unix shell, the
 * console prints what each statement has to say and goes on after a failure.
 */
final class CommandLine {

  private CommandLine() {}

  /**
   * One statement, pipelines and {@code &&} included.
   *
   * @param text the source
   * @param words the first command and its arguments, as far as they are plain words
   */
  record Statement(String text, List<String> words) {

    /** The first word, or the empty string. */
    String command() {
      return words.isEmpty() ? "" : words.get(0);
    }

    boolean asksForHelp() {
      return words.size() > 1 && words.subList(1, words.size()).contains("--help");
    }
  }

  /** Splits; throws Gogo's SyntaxError, or its subclass EOFError when something is not closed. */
  static List<Statement> parse(String line) {
    List<Statement> statements = new ArrayList<>();
    int start = 0;
    List<String> words = List.of();
    for (Token token : new Parser(line).program().tokens()) {
      if (!(token instanceof Parser.Operator)) {
        words = words.isEmpty() ? words(token) : words;
      } else if (Token.eq(";", token) || Token.eq("\n", token)) {
        add(statements, line.substring(start, token.start()), words);
        start = token.start() + token.length();
        words = List.of();
      } else if (Token.eq("&", token)) {
        start = add(statements, line.substring(start, token.start() + 1), words) + start;
        words = List.of();
      }
    }
    add(statements, line.substring(start), words);
    return statements;
  }

  private static int add(List<Statement> statements, String text, List<String> words) {
    if (!words.isEmpty()) {
      statements.add(new Statement(text.strip(), words));
    }
    return text.length();
  }

  private static List<String> words(Token executable) {
    if (executable instanceof Parser.Pipeline pipeline) {
      return words(pipeline.tokens().get(0));
    }
    if (executable instanceof Parser.Statement statement) {
      return statement.tokens().stream().map(Token::toString).toList();
    }
    return List.of(executable.toString());
  }
}
