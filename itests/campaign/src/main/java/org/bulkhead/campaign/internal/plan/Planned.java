package org.bulkhead.campaign.internal.plan;

/**
 * One fault of a campaign.
 *
 * @param index its number, from 0
 * @param driver the symbolic name of the driver's bundle
 * @param chaos the chaos fault, empty for a mutant
 * @param target the mutant's point, or the endpoint's address
 * @param skip how often it goes well first
 * @param count how often it then goes wrong
 * @param attach whether the driver is attached anew under the fault
 * @param permanent whether it stays armed until the driver is quarantined
 */
public record Planned(
    int index,
    String driver,
    String chaos,
    int target,
    int skip,
    int count,
    boolean attach,
    boolean permanent) {

  /** The same, which never strikes. */
  public Planned harmless() {
    return new Planned(index, driver, chaos, target, Plan.FOR_EVER, count, attach, permanent);
  }

  /** As one line. */
  public String line() {
    return String.join(
        " ",
        Integer.toString(index),
        driver,
        chaos.isEmpty() ? "-" : chaos,
        Integer.toString(target),
        Integer.toString(skip),
        Integer.toString(count),
        Boolean.toString(attach),
        Boolean.toString(permanent));
  }

  /** From {@link #line}. */
  public static Planned parse(String line) {
    String[] words = line.split(" ");
    return new Planned(
        Integer.parseInt(words[0]),
        words[1],
        words[2].equals("-") ? "" : words[2],
        Integer.parseInt(words[3]),
        Integer.parseInt(words[4]),
        Integer.parseInt(words[5]),
        Boolean.parseBoolean(words[6]),
        Boolean.parseBoolean(words[7]));
  }
}
