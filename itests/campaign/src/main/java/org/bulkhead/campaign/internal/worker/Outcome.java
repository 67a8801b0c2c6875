package org.bulkhead.campaign.internal.worker;

import java.util.EnumSet;
import java.util.Set;

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

  /** Quarantined, and its reason says what a person can do. */
  boolean reasoned;

  /** Quarantined after an application had complained, not by what the framework found alone. */
  boolean urged;

  /** Whose doing wrong data was. */
  private final Set<Cause> wrong = EnumSet.noneOf(Cause.class);

  /** Something happened although the fault was never reached, nor any before it. */
  boolean unprovoked;

  /** Something more was seen once another fault was armed, and before one was reached. */
  boolean late;

  long detectedNanos = -1;
  long recoveredNanos = -1;
  String kind = "-";
  String note = "";

  /** Adds what was seen later. */
  void later(Outcome more) {
    late = true;
    manifested |= more.manifested;
    detected |= more.detected;
    told |= more.told;
    silent |= more.silent;
    recovered = more.recovered;
    quarantined |= more.quarantined;
    escaped |= more.escaped;
    complained |= more.complained;
    updated |= more.updated;
    twice |= more.twice;
    reasoned |= more.reasoned;
    urged |= more.urged;
    wrong.addAll(more.wrong);
    kind = kind.equals("-") ? more.kind : kind;
    note("later: " + more.note);
  }

  void wrong(Cause cause) {
    wrong.add(cause);
  }

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
    flag(flags, late, 'L');
    flag(flags, reasoned, 'W');
    flag(flags, urged, 'K');
    wrong.forEach(cause -> flags.append(cause.letter()));
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
