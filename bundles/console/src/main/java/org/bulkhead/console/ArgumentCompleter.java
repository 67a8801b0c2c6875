package org.bulkhead.console;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Completes the arguments of commands when Tab is pressed.
 *
 * <p>Register it as a service with the property {@value #COMMAND}: the full names of the commands
 * it knows, such as {@code device:show}. Several completers for one command add up. It is called on
 * the thread of the terminal, while the user waits: it must not do I/O or block. What it throws is
 * ignored.
 */
@ConsumerType
@FunctionalInterface
public interface ArgumentCompleter {

  /** The service property with the names of the commands, {@code String} or {@code String[]}. */
  String COMMAND = "bulkhead.command";

  /**
   * Lists what may stand at the cursor.
   *
   * @param command the command's full name, such as {@code device:show}
   * @param before the arguments before the one that is being typed
   * @param word what was typed of the argument, perhaps nothing
   * @return candidates; the console keeps those that begin with the word
   */
  List<String> complete(String command, List<String> before, String word);
}
