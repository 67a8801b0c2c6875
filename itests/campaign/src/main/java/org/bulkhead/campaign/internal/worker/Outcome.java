package org.bulkhead.campaign.internal.worker;

/** What became of one fault; written as letters, see docs/campaign.md. */
final class Outcome {

  boolean activated;
  boolean manifested;
  boolean detected;
  boolean told;
  boolean silent;
  boolean recovered;
  boolean quarantined;
  boolean escaped;
  boolean complained;
  boolean updated;
  boolean twice;

  /** Something happened although the fault was never reached. */
  boolean unprovoked;

  long detectedNanos = -1;
  long recoveredNanos = -1;
  String kind = "-";
  String note = "";

  void note(String text) {
    note = note.isEmpty() ? text : note + "; " + text;
  }

  /** As one line of the link. */
  String line(int index) {
    StringBuilder flags = new StringBuilder();
    flag(flags, activated, 'A');
    flag(flags, manifested, 'M');
    flag(flags, detected, 'D');
    flag(flags, told, 'T');
    flag(flags, silent, 'S');
    flag(flags, recovered, 'R');
    flag(flags, quarantined, 'Q');
    flag(flags, escaped, 'E');
    flag(flags, complained, 'C');
    flag(flags, updated, 'U');
    flag(flags, twice, '2');
    flag(flags, unprovoked, 'F');
    return "R %d %s %d %d %s %s"
        .formatted(
            index,
            flags.isEmpty() ? "-" : flags,
            detectedNanos,
            recoveredNanos,
            kind,
            note.isEmpty() ? "-" : note);
  }

  private static void flag(StringBuilder flags, boolean set, char letter) {
    if (set) {
      flags.append(letter);
    }
  }
}
