package org.bulkhead.console.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bulkhead.console.ArgumentCompleter;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** Completes command names, and arguments by the {@link ArgumentCompleter} services. */
final class ConsoleCompleter implements Completer {

  private final BundleContext context;
  private final Interpreter interpreter;

  ConsoleCompleter(BundleContext context, Interpreter interpreter) {
    this.context = context;
    this.interpreter = interpreter;
  }

  @Override
  public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
    complete(line.line().substring(0, line.cursor())).stream()
        .map(Candidate::new)
        .forEach(candidates::add);
  }

  /** The candidates at the end of the text. */
  List<String> complete(String text) {
    String statement = text.substring(lastStatement(text)).stripLeading();
    List<String> words = new ArrayList<>(Arrays.asList(statement.split("\\s+", -1)));
    String word = words.remove(words.size() - 1);
    List<String> found =
        words.isEmpty()
            ? commandNames(word)
            : arguments(words.get(0), words.subList(1, words.size()), word);
    return found.stream().filter(name -> name.startsWith(word)).sorted().distinct().toList();
  }

  private static int lastStatement(String text) {
    int last = 0;
    for (char separator : new char[] {';', '|', '&', '{', '('}) {
      last = Math.max(last, text.lastIndexOf(separator) + 1);
    }
    return last;
  }

  /** Functions without their scope too, once it is clear that no scope is being typed. */
  private List<String> commandNames(String word) {
    List<String> names = new ArrayList<>();
    for (String name : interpreter.commands()) {
      names.add(name);
      if (!word.contains(":")) {
        names.add(name.substring(name.indexOf(':') + 1));
      }
    }
    return names;
  }

  private List<String> arguments(String command, List<String> before, String word) {
    String name = interpreter.fullName(command);
    if (name.equals("felix:help")) {
      return commandNames(word);
    }
    List<String> found = new ArrayList<>();
    for (ServiceReference<ArgumentCompleter> reference : completers(name)) {
      ArgumentCompleter completer = context.getService(reference);
      if (completer != null) {
        try {
          found.addAll(completer.complete(name, before, word));
        } catch (RuntimeException e) {
          // Completion is a courtesy: a broken one must not cost the user the line.
        } finally {
          context.ungetService(reference);
        }
      }
    }
    return found;
  }

  private List<ServiceReference<ArgumentCompleter>> completers(String command) {
    try {
      String filter = "(" + ArgumentCompleter.COMMAND + "=" + command + ")";
      return List.copyOf(context.getServiceReferences(ArgumentCompleter.class, filter));
    } catch (InvalidSyntaxException e) {
      return List.of();
    }
  }
}
