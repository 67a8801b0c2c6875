package org.bulkhead.driver.hid.internal;

import java.util.Arrays;

/**
 * The usages that wait for the next main item (HID 1.11 section 6.2.2.8). A usage of one or two
 * bytes is on the page that is in force at the main item, one of four bytes names its own.
 */
final class LocalItems {

  /** Past every real device; each control of a report looks its usage up among them. */
  private static final int MAX_RANGES = 1024;

  private static final int FULL_SIZE = 4;
  private static final long NOT_GIVEN = -1;

  private static final long WITHOUT_PAGE = 1L << 32;

  /** Pairs of first and last; the page is in the high half, or {@link #WITHOUT_PAGE} is set. */
  private long[] ranges = new long[8];

  private int length;
  private long min = NOT_GIVEN;
  private long max = NOT_GIVEN;
  private boolean delimited;
  private boolean preferredTaken;

  /** Adds one usage; returns false where there are too many. */
  boolean usage(long data, int size) {
    return add(extended(data, size), extended(data, size));
  }

  /** Either end of a range comes first; returns false where they are not one. */
  boolean minimum(long data, int size) {
    min = extended(data, size);
    return pair();
  }

  boolean maximum(long data, int size) {
    max = extended(data, size);
    return pair();
  }

  private boolean pair() {
    if (min == NOT_GIVEN || max == NOT_GIVEN) {
      return true;
    }
    long first = min;
    long last = max;
    min = NOT_GIVEN;
    max = NOT_GIVEN;
    // One end may bring the page for both.
    if ((first & WITHOUT_PAGE) != (last & WITHOUT_PAGE)) {
      long page = ((first & WITHOUT_PAGE) != 0 ? last : first) & 0xffff_0000L;
      first = page | first & 0xffff;
      last = page | last & 0xffff;
    }
    return first <= last && first >>> 16 == last >>> 16 && add(first, last);
  }

  /**
   * Begins or ends a set of alternative usages for one control, of which the first is preferred.
   *
   * @return false where it is begun twice or ended without a beginning
   */
  boolean delimiter(boolean open) {
    boolean valid = open != delimited;
    delimited = open;
    preferredTaken = false;
    return valid;
  }

  /** Whether a set or a range is begun and not ended. */
  boolean incomplete() {
    return delimited || min != NOT_GIVEN || max != NOT_GIVEN;
  }

  private static long extended(long data, int size) {
    return size == FULL_SIZE ? data : data | WITHOUT_PAGE;
  }

  private boolean add(long first, long last) {
    if (delimited && preferredTaken) {
      return true;
    }
    if (length == 2 * MAX_RANGES) {
      return false;
    }
    preferredTaken = true;
    if (length + 2 > ranges.length) {
      ranges = Arrays.copyOf(ranges, 2 * length);
    }
    ranges[length++] = first;
    ranges[length++] = last;
    return true;
  }

  Usages on(int page) {
    if (length == 0) {
      return Usages.NONE;
    }
    int[] first = new int[length / 2];
    int[] last = new int[length / 2];
    for (int i = 0; i < first.length; i++) {
      first[i] = paged(ranges[2 * i], page);
      last[i] = paged(ranges[2 * i + 1], page);
    }
    return new Usages(first, last);
  }

  private static int paged(long item, int page) {
    return (item & WITHOUT_PAGE) != 0 ? page << 16 | (int) item & 0xffff : (int) item;
  }
}
