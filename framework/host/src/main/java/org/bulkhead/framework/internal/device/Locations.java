package org.bulkhead.framework.internal.device;

import java.util.Comparator;

/** The order of locations that people expect: 1-2 before 1-10. */
public final class Locations {

  /** Numbers by value, everything else as text. */
  public static final Comparator<String> NATURAL = Locations::compare;

  private Locations() {}

  private static int compare(String one, String other) {
    String[] left = one.split("(?<=\\d)(?=\\D)|(?<=\\D)(?=\\d)");
    String[] right = other.split("(?<=\\d)(?=\\D)|(?<=\\D)(?=\\d)");
    for (int i = 0; i < Math.min(left.length, right.length); i++) {
      boolean numbers = isNumber(left[i]) && isNumber(right[i]);
      int order =
          numbers && left[i].length() != right[i].length()
              ? Integer.compare(left[i].length(), right[i].length())
              : left[i].compareTo(right[i]);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(left.length, right.length);
  }

  private static boolean isNumber(String part) {
    return !part.isEmpty() && Character.isDigit(part.charAt(0));
  }
}
