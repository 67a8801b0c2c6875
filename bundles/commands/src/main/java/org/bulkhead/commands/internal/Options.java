package org.bulkhead.commands.internal;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.felix.service.command.Parameter;

/** The options of the commands, as their methods declare them. */
final class Options {

  private static final Map<String, List<Class<?>>> SCOPES =
      Map.of(
          "device", List.of(DeviceCommands.class),
          "driver", List.of(DriverCommands.class, DriverUpdate.class, DriverSupply.class),
          "block", List.of(BlockCommands.class),
          "serial", List.of(SerialCommands.class),
          "input", List.of(InputCommands.class),
          "fault", List.of(FaultCommands.class));

  private Options() {}

  /** The names of all options of a command such as {@code block:hash}. */
  static List<String> names(String command) {
    return options(command).flatMap(option -> Stream.of(option.names())).distinct().toList();
  }

  /** Whether the word is an option that takes a value. */
  static boolean takesValue(String command, String word) {
    return options(command)
        .filter(option -> Arrays.asList(option.names()).contains(word))
        .anyMatch(option -> Parameter.UNSPECIFIED.equals(option.presentValue()));
  }

  /** The arguments without options and their values. */
  static List<String> positional(String command, List<String> words) {
    List<String> found = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      if (takesValue(command, words.get(i))) {
        i++;
      } else if (!words.get(i).startsWith("--")) {
        found.add(words.get(i));
      }
    }
    return found;
  }

  private static Stream<Parameter> options(String command) {
    int colon = command.indexOf(':');
    return SCOPES.getOrDefault(command.substring(0, Math.max(colon, 0)), List.of()).stream()
        .flatMap(scope -> Stream.of(scope.getMethods()))
        .filter(method -> method.getName().equals(command.substring(colon + 1)))
        .flatMap(Options::options);
  }

  private static Stream<Parameter> options(Method method) {
    return Stream.of(method.getParameters())
        .map(parameter -> parameter.getAnnotation(Parameter.class))
        .filter(option -> option != null);
  }
}
