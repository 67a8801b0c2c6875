package org.bulkhead.driver.hid.internal;

import static org.bulkhead.fuzz.Target.promise;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bulkhead.device.input.Led;
import org.bulkhead.device.input.ReportType;
import org.bulkhead.device.usb.descriptor.DescriptorException;
import org.bulkhead.driver.hid.internal.ReportDescriptor.Report;
import org.bulkhead.fuzz.Target;

/** {@link ReportDescriptorParser}, and {@link HidDescriptor} for what is short enough to be one. */
public final class HidDescriptorTarget implements Target {

  private static final int MOST_REPORT_BYTES = 16_384;
  private static final int LONGEST_DESCRIPTOR = 255;

  @Override
  public void read(byte[] input) throws DescriptorException {
    if (input.length >= 2 && input.length <= LONGEST_DESCRIPTOR) {
      classDescriptor(input);
    }
    ReportDescriptor parsed;
    try {
      parsed = ReportDescriptorParser.parse(input);
    } catch (DescriptorException refused) {
      promise(refused.getMessage().contains("byte "), "it is said where the fault is");
      return;
    }
    promise(parsed.equals(ReportDescriptorParser.parse(input)), "it reads the same again");
    check(parsed, input.length);
  }

  private static void classDescriptor(byte[] input) {
    try {
      HidDescriptor hid =
          HidDescriptor.parse(
              ByteBuffer.wrap(input).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN));
      promise(hid.reportLengthBytes() >= 1 && hid.reportLengthBytes() <= 0xffff, "a length");
      promise(hid.country() >= 0 && hid.country() <= 0xff, "a country");
    } catch (DescriptorException refused) {
      promise(refused.getMessage().startsWith("HID descriptor"), "it is said what is refused");
    }
  }

  private static void check(ReportDescriptor parsed, int inputBytes) {
    Set<List<Object>> keys = new HashSet<>();
    int fields = 0;
    for (Report report : parsed.reports()) {
      promise(keys.add(List.of(report.type(), report.id())), "a report is there once");
      promise(parsed.numbered() == (report.id() != 0), "all reports have an id or none has");
      promise(report.lengthBytes() <= MOST_REPORT_BYTES, "reports are bounded");
      int bit = 0;
      for (ReportField field : report.fields()) {
        promise(field.bitOffset() == bit, "fields follow each other");
        promise(field.endBit() >= bit, "fields have no negative size");
        bit = field.endBit();
        field.usages().toString();
      }
      promise(report.lengthBytes() == (bit + 7) / 8, "a report is as long as its fields");
      promise(
          report.lengthBytes() <= parsed.longestBytes(report.type()), "the longest is the longest");
      fields += report.fields().size();
      lights(report);
    }
    promise(fields <= inputBytes, "a field takes a byte at least");
    promise(parsed.applications().size() <= inputBytes, "so does a collection");
  }

  private static void lights(Report report) {
    if (report.type() != ReportType.OUTPUT) {
      return;
    }
    Set<Led> lights = LedReport.lights(report);
    byte[] all = LedReport.bytes(report, EnumSet.allOf(Led.class));
    promise(all.length == report.lengthBytes(), "a light report has the length that is declared");
    promise(lights.size() <= Led.values().length, "lights are known ones");
  }
}
