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

  /** How many there are up to the end of each range: a report looks up as many as it has bits. */
  private final long[] end;

  /** Ranges, with both ends on one page and in order. */
  Usages(int[] first, int[] last) {
    this.first = first;
    this.last = last;
    end = new long[first.length];
    long count = 0;
    for (int i = 0; i < end.length; i++) {
      count += last[i] - first[i] + 1;
      end[i] = count;
    }
  }

  private long count() {
    return end.length == 0 ? 0 : end[end.length - 1];
  }

  /** The usage of a variable control: the last one goes for all that follow; 0 for none. */
  int ofControl(long index) {
    return inArray(index < count() ? index : count() - 1);
  }

  /** The usage at an index, or 0. */
  int inArray(long index) {
    if (index < 0 || index >= count()) {
      return 0;
    }
    int found = Arrays.binarySearch(end, index + 1);
    int range = found >= 0 ? found : -found - 1;
    return last[range] - (int) (end[range] - 1 - index);
  }

  /** Where a usage is, or -1. */
  long indexOf(int usage) {
    for (int i = 0; i < first.length; i++) {
      if (usage >= first[i] && usage <= last[i]) {
        return end[i] - 1 - (last[i] - usage);
      }
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
