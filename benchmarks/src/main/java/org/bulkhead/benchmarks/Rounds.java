package org.bulkhead.benchmarks;

/** How often a command measures. */
public final class Rounds {

  private Rounds() {}

  /**
   * What {@code ./bench --rounds} said.
   *
   * @param otherwise where it said nothing
   * @return the rounds
   */
  public static int or(int otherwise) {
    int said = Integer.getInteger("bulkhead.benchmarks.rounds", 0);
    return said > 0 ? said : otherwise;
  }
}
