package org.bulkhead.campaign.internal.parent;

import java.util.LinkedHashMap;
import java.util.Map;

/** Faults under which data was wrong or missing that somebody had vouched for, by whose doing. */
final class WrongData {

  private static final Map<Character, String> CAUSES = new LinkedHashMap<>();

  static {
    CAUSES.put('d', "driver");
    CAUSES.put('b', "bus");
    CAUSES.put('f', "framework");
  }

  private final Map<String, Integer> all = new LinkedHashMap<>();
  private final Map<String, Integer> storage = new LinkedHashMap<>();

  WrongData() {
    for (String cause : CAUSES.values()) {
      all.put(cause, 0);
      storage.put(cause, 0);
    }
  }

  void add(Result result) {
    CAUSES.forEach(
        (letter, cause) -> {
          if (result.has(letter)) {
            all.merge(cause, 1, Integer::sum);
            if (result.fault().driver().endsWith("massstorage")) {
              storage.merge(cause, 1, Integer::sum);
            }
          }
        });
  }

  Map<String, Integer> all() {
    return all;
  }

  Map<String, Integer> storage() {
    return storage;
  }

  int byFramework() {
    return all.get("framework");
  }
}
