package org.bulkhead.fuzz;

/** Where Jazzer comes in; the target's name is its argument. */
public final class Entry {

  private static Target target;

  private Entry() {}

  public static void fuzzerInitialize(String[] arguments) {
    target = Targets.named(arguments[0]);
  }

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    Judge.run(target, input);
  }
}
