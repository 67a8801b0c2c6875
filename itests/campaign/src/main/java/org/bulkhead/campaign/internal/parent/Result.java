package org.bulkhead.campaign.internal.parent;

import org.bulkhead.campaign.internal.plan.Planned;

/**
 * What became of one fault.
 *
 * @param fault the fault
 * @param flags letters, see {@code Outcome}
 * @param kind the class of fault that the framework saw
 * @param note what an application saw
 */
record Result(
    Planned fault,
    String flags,
    long detectedNanos,
    long recoveredNanos,
    String kind,
    String note) {

  boolean has(char flag) {
    return flags.indexOf(flag) >= 0;
  }

  boolean permanent() {
    return fault.permanent();
  }

  /** Whether only the checking application could know. */
  boolean isSilent() {
    return has('S') && !has('D');
  }

  /** Whether nobody but the framework did anything about it, and that helped. */
  boolean isMendedAlone() {
    return has('R') && !has('C') && !has('U') && !has('Q');
  }

  static Result parse(Planned fault, String line) {
    String[] words = line.split(" ", 7);
    return new Result(
        fault, words[2], Long.parseLong(words[3]), Long.parseLong(words[4]), words[5], words[6]);
  }

  /** The host died or hung under it. */
  static Result fatal(Planned fault, String note) {
    return new Result(fault, "AME", -1, -1, "-", note);
  }
}
