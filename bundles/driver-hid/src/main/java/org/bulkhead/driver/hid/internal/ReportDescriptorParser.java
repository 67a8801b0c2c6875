package org.bulkhead.driver.hid.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bulkhead.device.input.ReportType;
import org.bulkhead.device.usb.descriptor.DescriptorException;
import org.bulkhead.driver.hid.internal.ReportDescriptor.Report;

/**
 * Reads a report descriptor (HID 1.11 section 6.2.2): all short items; long items, of which the
 * specification defines none, are passed over. Pure; time and memory grow with the bytes given and
 * nothing else.
 */
final class ReportDescriptorParser {

  // Far past every real device.
  private static final int MAX_NESTING = 64;
  private static final int MAX_PUSHED = 64;
  private static final int MAX_REPORT_BITS = 16_384 * 8;

  private static final String RANGE =
      "a range of usages runs backwards, spans two pages, or is one too many for its item";

  private static final int LONG_ITEM = 0xfe;
  private static final int APPLICATION = 1;
  private static final int MAX_PAGE = 0xffff;
  private static final int MAX_ID = 0xff;

  /** Which report a field belongs to. */
  private record Key(ReportType type, int id) {

    // In plain code, as everywhere on the way of a start: docs/decisions.md.
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && type == key.type && id == key.id;
    }

    @Override
    public int hashCode() {
      return 31 * type.ordinal() + id;
    }
  }

  private final byte[] bytes;
  private final Map<Key, List<ReportField>> fields = new LinkedHashMap<>();
  private final List<Integer> applications = new ArrayList<>();

  /** For each open collection the application that it belongs to. */
  private final ArrayDeque<Integer> collections = new ArrayDeque<>();

  private final ArrayDeque<GlobalItems> pushed = new ArrayDeque<>();
  private GlobalItems globals = new GlobalItems();
  private LocalItems locals = new LocalItems();
  private int item;

  private ReportDescriptorParser(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Reads a descriptor.
   *
   * @throws DescriptorException says what is wrong at which byte
   */
  static ReportDescriptor parse(byte[] bytes) throws DescriptorException {
    return new ReportDescriptorParser(bytes).parse();
  }

  private ReportDescriptor parse() throws DescriptorException {
    for (int at = 0; at < bytes.length; ) {
      item = at;
      int prefix = bytes[at] & 0xff;
      boolean isLong = prefix == LONG_ITEM;
      int size = isLong ? longSize(at) : (prefix & 3) == 3 ? 4 : prefix & 3;
      if (at + 1 + size > bytes.length) {
        throw wrong("an item of " + size + " bytes is cut short");
      }
      if (!isLong) {
        take(prefix, size, data(at + 1, size));
      }
      at += 1 + size;
    }
    item = bytes.length;
    check(collections.isEmpty(), "a collection is not ended");
    check(!fields.isEmpty(), "there is no report");
    return new ReportDescriptor(numbered(), List.copyOf(applications), reports());
  }

  /** Behind the prefix of a long item follow the size of its data and its tag. */
  private int longSize(int at) {
    return 2 + (at + 1 < bytes.length ? bytes[at + 1] & 0xff : 0);
  }

  private long data(int at, int size) {
    long data = 0;
    for (int i = 0; i < size; i++) {
      data |= (bytes[at + i] & 0xffL) << 8 * i;
    }
    return data;
  }

  private void take(int prefix, int size, long data) throws DescriptorException {
    int unused = Long.SIZE - 8 * size;
    long signed = size == 0 ? 0 : data << unused >> unused;
    int tag = prefix >> 4;
    switch (prefix >> 2 & 3) {
      case 0 -> main(tag, (int) data);
      case 1 -> global(tag, data, signed);
      case 2 -> local(tag, data, size);
      // Reserved: passed over, as tags that later specifications define are.
      default -> {}
    }
  }

  private void main(int tag, int data) throws DescriptorException {
    check(!locals.incomplete(), "a range or set of usages is not ended");
    Usages usages = locals.on(globals.page);
    locals = new LocalItems();
    switch (tag) {
      case 0x8 -> field(ReportType.INPUT, data, usages);
      case 0x9 -> field(ReportType.OUTPUT, data, usages);
      case 0xb -> field(ReportType.FEATURE, data, usages);
      case 0xa -> open(data & 0xff, usages.ofControl(0));
      case 0xc -> check(collections.poll() != null, "a collection ends that was not begun");
      default -> {}
    }
  }

  private void open(int type, int usage) throws DescriptorException {
    check(collections.size() < MAX_NESTING, "collections are nested too deep");
    if (type == APPLICATION) {
      applications.add(usage);
      collections.push(usage);
    } else {
      collections.push(application());
    }
  }

  private int application() {
    return collections.isEmpty() ? 0 : collections.peek();
  }

  private void field(ReportType type, int flags, Usages usages) throws DescriptorException {
    List<ReportField> report =
        fields.computeIfAbsent(new Key(type, globals.reportId), key -> new ArrayList<>());
    int offset = report.isEmpty() ? 0 : report.get(report.size() - 1).endBit();
    long bits = (long) globals.sizeBits * globals.count;
    check(offset + bits <= MAX_REPORT_BITS, "the report is longer than 16,384 bytes");
    report.add(
        new ReportField(
            application(),
            offset,
            globals.sizeBits,
            globals.count,
            flags,
            globals.range(),
            usages));
  }

  private void global(int tag, long data, long signed) throws DescriptorException {
    switch (tag) {
      case 0x0 -> {
        check(data <= MAX_PAGE, "a usage page has two bytes");
        globals.page = (int) data;
      }
      case 0x1 -> globals.logicalMin(signed);
      case 0x2 -> globals.logicalMax(signed, data);
      case 0x3 -> globals.physicalMin(signed);
      case 0x4 -> globals.physicalMax(signed, data);
      case 0x5 -> globals.exponent(data);
      case 0x6 -> globals.unit(data);
      case 0x7 -> globals.sizeBits = bounded(data, "a control");
      case 0x8 -> {
        check(data >= 1 && data <= MAX_ID, "a report id is from 1 to 255");
        globals.reportId = (int) data;
      }
      case 0x9 -> globals.count = bounded(data, "a report");
      case 0xa -> {
        check(pushed.size() < MAX_PUSHED, "the state is pushed too often");
        pushed.push(globals.copy());
      }
      case 0xb -> {
        check(!pushed.isEmpty(), "a state is popped that was not pushed");
        globals = pushed.pop();
      }
      default -> {}
    }
  }

  private int bounded(long data, String what) throws DescriptorException {
    check(data <= MAX_REPORT_BITS, what + " is longer than 16,384 bytes");
    return (int) data;
  }

  private void local(int tag, long data, int size) throws DescriptorException {
    switch (tag) {
      case 0x0 -> check(locals.usage(data, size), "too many usages for one item");
      case 0x1 -> check(locals.minimum(data, size), RANGE);
      case 0x2 -> check(locals.maximum(data, size), RANGE);
      case 0xa -> check(locals.delimiter(data == 1), "sets of usages are nested or not begun");
      // Designators and strings describe the body of a device to people.
      default -> {}
    }
  }

  private boolean numbered() throws DescriptorException {
    boolean numbered = fields.keySet().stream().anyMatch(key -> key.id != 0);
    boolean unnumbered = fields.keySet().stream().anyMatch(key -> key.id == 0);
    check(!numbered || !unnumbered, "some reports have an id and some have none");
    return numbered;
  }

  private List<Report> reports() {
    List<Report> reports = new ArrayList<>();
    fields.forEach(
        (key, list) -> {
          int bits = list.get(list.size() - 1).endBit();
          reports.add(new Report(key.type, key.id, bits + 7 >> 3, List.copyOf(list)));
        });
    return List.copyOf(reports);
  }

  private void check(boolean valid, String otherwise) throws DescriptorException {
    if (!valid) {
      throw wrong(otherwise);
    }
  }

  private DescriptorException wrong(String what) {
    return new DescriptorException("report descriptor, byte " + item + ": " + what);
  }
}
