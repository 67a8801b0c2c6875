package org.bulkhead.driver.hid.internal;

import java.util.Arrays;

/**
 * The usages of a field, as ranges in the order in which the descriptor names them: kept so, as a
 * range of two bytes can stand for 65,536 of them. Each usage has its page in the high half.
 */
final class Usages {

  static final Usages NONE = new Usages(new int[0], new int[0]);

  private final int[] first;
  private final int[] last;

  /** Ranges, with both ends on one page and in order. */
  Usages(int[] first, int[] last) {
    this.first = first;
    this.last = last;
  }

  private long length(int range) {
    return (long) last[range] - first[range] + 1;
  }

  /** The usage of a variable control: the last one goes for all that follow; 0 for none. */
  int ofControl(long index) {
    int usage = inArray(index);
    return usage == 0 && first.length > 0 && index >= 0 ? last[last.length - 1] : usage;
  }

  /** The usage at an index, or 0. */
  int inArray(long index) {
    long left = index;
    for (int i = 0; i < first.length && left >= 0; i++) {
      if (left < length(i)) {
        return first[i] + (int) left;
      }
      left -= length(i);
    }
    return 0;
  }

  /** Where a usage is, or -1. */
  long indexOf(int usage) {
    long before = 0;
    for (int i = 0; i < first.length; i++) {
      if (usage >= first[i] && usage <= last[i]) {
        return before + usage - first[i];
      }
      before += length(i);
    }
    return -1;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Usages usages
        && Arrays.equals(first, usages.first)
        && Arrays.equals(last, usages.last);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(first) * 31 + Arrays.hashCode(last);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < first.length; i++) {
      text.append(text.isEmpty() ? "" : " ").append(String.format("%08x", first[i]));
      if (last[i] != first[i]) {
        text.append(String.format("-%08x", last[i]));
      }
    }
    return text.toString();
  }
}
