package org.bulkhead.benchmarks.usb;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** An engine in a JVM of its own: commands on standard input, results on standard output. */
public final class Worker {

  private Worker() {}

  /**
   * Runs commands until there are no more.
   *
   * @param args the engine: usb4java, bulkhead, or off, which is Bulkhead without weaving and
   *     supervision
   * @throws Exception where the engine fails
   */
  public static void main(String[] args) throws Exception {
    Engine engine =
        switch (args[0]) {
          case "usb4java" -> new PlainEngine();
          case "bulkhead" -> new BulkheadEngine(true);
          case "off" -> new BulkheadEngine(false);
          default -> throw new IllegalArgumentException("no engine " + args[0]);
        };
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    System.out.println("ready");
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      Command command = Command.parse(line);
      Tally tally = new Tally(command.millis());
      engine.run(command, tally);
      System.out.println(tally.line(command.mode().equals("open")));
    }
    System.exit(0);
  }
}
