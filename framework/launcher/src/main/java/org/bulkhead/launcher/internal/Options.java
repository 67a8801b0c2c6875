package org.bulkhead.launcher.internal;

import java.util.Iterator;
import java.util.List;
import org.bulkhead.launcher.admin.Gateway.Foreground;

/**
 * The arguments of {@code bulkhead run} and {@code bulkhead start}.
 *
 * @param foreground what to do with the terminal
 * @param commands the commands of {@code -c}, else null
 * @param demo whether simulated devices are wanted
 * @param background whether {@code bin/bulkhead} waits on standard output for {@link
 *     GatewayMain#UP}
 */
record Options(Foreground foreground, String commands, boolean demo, boolean background) {

  static Options parse(List<String> args) {
    Foreground foreground = Foreground.SHELL;
    String commands = null;
    boolean demo = false;
    boolean background = false;
    for (Iterator<String> rest = args.iterator(); rest.hasNext(); ) {
      String arg = rest.next();
      switch (arg) {
        case "--demo" -> demo = true;
        case "--no-shell" -> foreground = Foreground.NONE;
        case "--background" -> {
          background = true;
          foreground = Foreground.NONE;
        }
        case "-c" -> {
          if (!rest.hasNext()) {
            throw new IllegalArgumentException("-c needs the commands to execute");
          }
          commands = rest.next();
          foreground = Foreground.COMMANDS;
        }
        default -> throw new IllegalArgumentException("unknown option " + arg);
      }
    }
    return new Options(foreground, commands, demo, background);
  }
}
