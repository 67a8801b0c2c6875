package org.bulkhead.driver.hid.internal;

import static org.bulkhead.fuzz.Target.promise;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.bulkhead.device.input.InputSink;
import org.bulkhead.device.input.PointerMotion;
import org.bulkhead.device.input.ReportType;
import org.bulkhead.device.usb.descriptor.DescriptorException;
import org.bulkhead.fuzz.Target;

/**
 * {@link ReportDecoder}, through whatever descriptor the device has handed out: a length of two
 * bytes, the descriptor, then reports with a length of one byte each.
 */
public final class HidReportTarget implements Target {

  /** All keys that one report may have down come up, and as many others go down. */
  private static final int MOST_CHANGES = 2 * 512;

  @Override
  public void read(byte[] input) {
    ByteBuffer in = ByteBuffer.wrap(input);
    byte[] descriptor = piece(in, in.remaining() < 2 ? 0 : in.getShort() & 0xffff);
    ReportDecoder decoder;
    boolean numbered;
    int longest;
    try {
      ReportDescriptor parsed = ReportDescriptorParser.parse(descriptor);
      decoder = new ReportDecoder(parsed);
      numbered = parsed.numbered();
      longest = parsed.longestBytes(ReportType.INPUT);
    } catch (DescriptorException refused) {
      return;
    }
    Sink sink = new Sink(numbered);
    while (in.hasRemaining()) {
      byte[] report = piece(in, in.get() & 0xff);
      sink.expect(report.length);
      decoder.decode(ByteBuffer.wrap(report).asReadOnlyBuffer(), sink);
    }
    // The longest that its transfers hold: a whole packet more than it declares.
    byte[] full = new byte[longest + 64];
    Arrays.fill(full, (byte) 0x55);
    sink.expect(full.length);
    decoder.decode(ByteBuffer.wrap(full), sink);
    decoder.reset();
  }

  private static byte[] piece(ByteBuffer in, int length) {
    byte[] bytes = new byte[Math.min(length, in.remaining())];
    in.get(bytes);
    return bytes;
  }

  /** Holds the decoder to {@link InputSink}. */
  private static final class Sink implements InputSink {

    private final int prefixBytes;
    private int dataBytes;
    private int changes;

    Sink(boolean numbered) {
      prefixBytes = numbered ? 1 : 0;
    }

    void expect(int reportBytes) {
      dataBytes = reportBytes - prefixBytes;
      changes = 0;
    }

    @Override
    public void key(int usage, boolean pressed) {
      promise(Usage.id(usage) != 0, "no key has usage 0");
      promise(++changes <= MOST_CHANGES, "a report changes few keys");
    }

    @Override
    public void pointer(PointerMotion motion) {
      if (motion.absolute()) {
        promise(motion.x() >= 0 && motion.x() <= motion.maxX(), "x is a place");
        promise(motion.y() >= 0 && motion.y() <= motion.maxY(), "y is a place");
      } else {
        promise(motion.maxX() == 0 && motion.maxY() == 0, "a way has no largest place");
      }
    }

    @Override
    public void report(int id, ByteBuffer data) {
      promise(id >= 0 && id <= 0xff, "an id has one byte");
      promise(data.remaining() == dataBytes, "a report is passed on whole");
    }
  }
}
