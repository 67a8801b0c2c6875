package org.bulkhead.campaign.internal.parent;

import java.util.LinkedHashMap;
import java.util.Map;

/** What became of the permanent faults that manifested: each in one class. */
final class Permanents {

  private int manifested;
  private final Map<String, Integer> fates = new LinkedHashMap<>();

  Permanents() {
    for (String fate :
        new String[] {
          "quarantined as found",
          "quarantined as complained of",
          "without a reason",
          "released unlooked at",
          "unplugged, no driver's fault",
          "found seldom",
          "told seldom",
          "silent seldom"
        }) {
      fates.put(fate, 0);
    }
  }

  void add(Result result) {
    if (result.permanent() && result.has('M')) {
      manifested++;
      fates.merge(fate(result), 1, Integer::sum);
    }
  }

  private static String fate(Result result) {
    if (result.has('Q')) {
      if (!result.has('W')) {
        return result.has('E') ? "without a reason" : "released unlooked at";
      }
      return result.has('K') ? "quarantined as complained of" : "quarantined as found";
    }
    if (result.fault().chaos().equals("UNPLUG")) {
      return "unplugged, no driver's fault";
    }
    return result.has('D') ? "found seldom" : result.isSilent() ? "silent seldom" : "told seldom";
  }

  int manifested() {
    return manifested;
  }

  Map<String, Integer> fates() {
    return fates;
  }

  int withoutReason() {
    return fates.get("without a reason");
  }
}
