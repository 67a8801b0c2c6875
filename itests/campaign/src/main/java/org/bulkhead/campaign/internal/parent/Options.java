package org.bulkhead.campaign.internal.parent;

import java.nio.file.Path;

/**
 * What the command line says.
 *
 * @param first the number of the first fault to inject
 * @param faults how many faults to inject
 * @param seed which
 * @param json where the result is written, or null
 * @param control whether supervision is off
 * @param blank whether no fault ever strikes
 * @param shipped whether the pauses before restarts are those that the gateway is delivered with
 * @param callDeadlineMillis how long a driver may go without progress
 */
public record Options(
    int first,
    int faults,
    long seed,
    Path json,
    boolean control,
    boolean blank,
    boolean shipped,
    int callDeadlineMillis) {

  private static final String USAGE =
      """
      Usage: ./campaign [--faults N] [--first N] [--seed S] [--json FILE] [--deadline MS]
                        [--shipped] [--control | --blank]

        --faults N     how many faults to inject; 2000
        --first N      from which one on, to repeat some of a longer campaign; 0
        --seed S       which: same seed, same faults; 1
        --json FILE    writes the result there, too
        --deadline MS  how long a driver may go without progress in a call; 300
        --shipped      with the pauses before restarts that the gateway is delivered with
        --control      without supervision, to see what the faults do then
        --blank        without faults, to see what the load and the machine do by themselves
      """;

  /** Reads the command line; ends the process where it cannot. */
  static Options parse(String... args) {
    int first = 0;
    int faults = 2_000;
    long seed = 1;
    Path json = null;
    boolean control = false;
    boolean blank = false;
    boolean shipped = false;
    int deadline = 300;
    try {
      for (int i = 0; i < args.length; i++) {
        switch (args[i]) {
          case "--faults" -> faults = count(args[++i]);
          case "--first" -> first = count(args[++i]);
          case "--seed" -> seed = Long.parseLong(args[++i]);
          case "--json" -> json = Path.of(args[++i]);
          case "--deadline" -> deadline = Integer.parseInt(args[++i]);
          case "--control" -> control = true;
          case "--blank" -> blank = true;
          case "--shipped" -> shipped = true;
          case "--help", "-h" -> {
            System.out.print(USAGE);
            System.exit(0);
          }
          default -> throw new IllegalArgumentException("unknown option " + args[i]);
        }
      }
      return new Options(first, faults, seed, json, control, blank, shipped, deadline);
    } catch (IllegalArgumentException | IndexOutOfBoundsException wrong) {
      System.err.println("campaign: " + wrong.getMessage());
      System.err.print(USAGE);
      System.exit(2);
      throw new AssertionError();
    }
  }

  private static int count(String text) {
    int count = Integer.parseInt(text);
    if (count < 0) {
      throw new IllegalArgumentException(text + " is less than nothing");
    }
    return count;
  }
}
