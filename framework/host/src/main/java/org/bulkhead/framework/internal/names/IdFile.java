package org.bulkhead.framework.internal.names;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A USB ID list on the disk, and where in it vendors and classes begin: eight bytes for each. Lines
 * that are none of the format are passed over, whatever they are.
 */
final class IdFile {

  /** Twenty times the list of today. */
  static final long MAX_BYTES = 16 << 20;

  private static final int MAX_VENDORS = 0x10000;
  private static final int ABSENT = -1;

  private final Path file;

  /** Id in the upper half, offset in the lower, in order. */
  private final long[] vendors;

  private final int[] classes;

  private IdFile(Path file, long[] vendors, int[] classes) {
    this.file = file;
    this.vendors = vendors;
    this.classes = classes;
  }

  static IdFile read(Path file) throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException("it has more than " + MAX_BYTES + " bytes, as no such list has");
    }
    long[] vendors = new long[4096];
    int count = 0;
    int[] classes = new int[256];
    Arrays.fill(classes, ABSENT);
    try (IdLines lines = new IdLines(file, 0)) {
      while (lines.next() && lines.offset() < MAX_BYTES) {
        int vendor = lines.hex(0, 4);
        if (vendor >= 0 && count < MAX_VENDORS) {
          if (count == vendors.length) {
            vendors = Arrays.copyOf(vendors, 2 * count);
          }
          vendors[count++] = (long) vendor << 32 | lines.offset();
        } else if (lines.startsWith("C ") && lines.hex(2, 2) >= 0) {
          int code = lines.hex(2, 2);
          classes[code] = classes[code] == ABSENT ? (int) lines.offset() : classes[code];
        }
      }
    }
    vendors = Arrays.copyOf(vendors, count);
    Arrays.sort(vendors);
    return new IdFile(file, vendors, classes);
  }

  int vendors() {
    return vendors.length;
  }

  /** The place of a vendor's line; of several the first. */
  private int vendorAt(int vendorId) {
    int found = Arrays.binarySearch(vendors, (long) vendorId << 32);
    int place = found < 0 ? -found - 1 : found;
    return place < vendors.length && vendors[place] >>> 32 == vendorId
        ? (int) vendors[place]
        : ABSENT;
  }

  String vendor(int vendorId) throws IOException {
    int at = vendorAt(vendorId);
    if (at == ABSENT) {
      return "";
    }
    try (IdLines lines = new IdLines(file, at)) {
      return lines.next() && lines.hex(0, 4) == vendorId ? lines.name(4) : "";
    }
  }

  String product(int vendorId, int productId) throws IOException {
    int at = vendorAt(vendorId);
    if (at == ABSENT) {
      return "";
    }
    try (IdLines lines = new IdLines(file, at)) {
      lines.next();
      while (lines.next() && lines.isInner()) {
        if (lines.depth() == 1 && lines.hex(1, 4) == productId) {
          return lines.name(5);
        }
      }
    }
    return "";
  }

  String classOf(int usbClass, int subclass, int protocol) throws IOException {
    int at = classes[usbClass & 0xff];
    if (at == ABSENT) {
      return "";
    }
    try (IdLines lines = new IdLines(file, at)) {
      if (!lines.next() || !lines.startsWith("C ") || lines.hex(2, 2) != usbClass) {
        return "";
      }
      String name = lines.name(4);
      boolean inside = false;
      while (lines.next() && lines.isInner()) {
        if (lines.depth() == 1) {
          if (inside) {
            return name;
          }
          inside = lines.hex(1, 2) == subclass;
          name = inside ? name + ", " + lines.name(3) : name;
        } else if (inside && lines.depth() == 2 && lines.hex(2, 2) == protocol) {
          return name + ", " + lines.name(4);
        }
      }
      return name;
    }
  }
}
