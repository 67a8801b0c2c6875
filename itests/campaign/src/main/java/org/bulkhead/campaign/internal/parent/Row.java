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
          "recovered",
          "quarantined",
          "escaped");

  int injected;
  int activated;
  int manifested;
  int detected;
  int told;
  int silent;
  int recovered;
  int quarantined;
  int escaped;

  /** Transient ones that somebody could notice, and of those, the ones that were mended. */
  int transients;

  int mended;

  final Times detection = new Times();
  final Times recovery = new Times();

  /** In the order of {@link #COLUMNS}. */
  int[] counts() {
    return new int[] {
      injected, activated, manifested, detected, told, silent, recovered, quarantined, escaped
    };
  }

  void add(Result result) {
    injected++;
    activated += result.has('A') ? 1 : 0;
    if (!result.has('M')) {
      escaped += result.has('E') ? 1 : 0;
      return;
    }
    manifested++;
    boolean silently = result.has('S') && !result.has('D');
    boolean seen = result.has('D');
    detected += seen ? 1 : 0;
    told += !seen && !silently && result.has('T') ? 1 : 0;
    silent += silently ? 1 : 0;
    recovered += result.has('R') ? 1 : 0;
    quarantined += result.has('Q') ? 1 : 0;
    escaped += result.has('E') ? 1 : 0;
    if (!silently && !result.permanent()) {
      transients++;
      mended += result.has('R') && !result.has('E') ? 1 : 0;
    }
    if (result.detectedNanos() >= 0) {
      detection.add(result.detectedNanos());
    }
    if (result.recoveredNanos() >= 0) {
      recovery.add(result.recoveredNanos());
    }
  }
}
