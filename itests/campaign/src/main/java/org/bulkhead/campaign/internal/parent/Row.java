package org.bulkhead.campaign.internal.parent;

import java.util.List;

/** What became of the faults of one class, or of one driver. */
final class Row {

  /** What each fault is counted as; {@link #counts} has the numbers. */
  static final List<String> COLUMNS =
      List.of(
          "injected",
          "activated",
          "manifested",
          "detected",
          "told",
          "silent",
          "alone",
          "complained",
          "quarantined",
          "escaped");

  int injected;
  int activated;
  int manifested;
  int detected;
  int told;
  int silent;
  int alone;
  int complained;
  int quarantined;
  int escaped;

  /** Of the transient ones that somebody noticed: all, mended by the framework alone, mended. */
  int noticed;

  int mendedAlone;
  int mended;

  final Times detection = new Times();
  final Times recovery = new Times();

  int[] counts() {
    return new int[] {
      injected,
      activated,
      manifested,
      detected,
      told,
      silent,
      alone,
      complained,
      quarantined,
      escaped
    };
  }

  void add(Result result) {
    injected++;
    activated += result.has('A') ? 1 : 0;
    escaped += result.has('E') ? 1 : 0;
    if (!result.has('M')) {
      return;
    }
    manifested++;
    detected += result.has('D') ? 1 : 0;
    told += !result.has('D') && !result.isSilent() && result.has('T') ? 1 : 0;
    quarantined += result.has('Q') ? 1 : 0;
    if (result.isSilent()) {
      silent++;
    } else {
      noticed(result);
    }
    if (result.detectedNanos() >= 0) {
      detection.add(result.detectedNanos());
    }
    if (result.recoveredNanos() >= 0) {
      recovery.add(result.recoveredNanos());
    }
  }

  private void noticed(Result result) {
    boolean byItself = result.isMendedAlone();
    boolean urged = result.has('R') && !result.has('Q') && !byItself;
    alone += byItself ? 1 : 0;
    complained += urged ? 1 : 0;
    if (!result.permanent()) {
      noticed++;
      mendedAlone += byItself && !result.has('E') ? 1 : 0;
      mended += result.has('R') && !result.has('E') ? 1 : 0;
    }
  }
}
