package org.bulkhead.console.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Finds the commands that someone may have meant. */
final class Nearest {

  private Nearest() {}

  /** At most three names close to the word, the closest first. */
  static List<String> to(String word, Collection<String> commands) {
    return commands.stream()
        .filter(name -> distance(word, name) <= limit(word))
        .sorted(
            Comparator.comparingInt((String name) -> distance(word, name)).thenComparing(c -> c))
        .limit(3)
        .toList();
  }

  /** Two letters swapped are two edits; in a short word that would match nearly anything. */
  private static int limit(String word) {
    return word.length() <= 3 ? 1 : 2;
  }

  /** A word without a scope is compared with the functions, and a name it begins is close. */
  private static int distance(String word, String name) {
    String candidate = word.contains(":") ? name : name.substring(name.indexOf(':') + 1);
    if (name.startsWith(word) || candidate.startsWith(word)) {
      return 1;
    }
    return edits(word, candidate);
  }

  /** Levenshtein's distance. */
  private static int edits(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
