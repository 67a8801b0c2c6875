package org.bulkhead.driver.massstorage.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bulkhead.device.driver.Remembered;

/**
 * What the logical units of a device are, kept over the driver's lives: a card reader takes a while
 * to say it of each slot, and some devices let GET MAX LUN time out. Media are not kept, as they
 * change without the driver.
 */
final class UnitTable {

  static final int VERSION = 1;

  private static final int MOST = 16;

  private final List<Scsi.Inquiry> inquiries = new ArrayList<>();

  /** Reads what a life before kept; nothing where it was another version. */
  static Optional<UnitTable> read(Remembered kept) {
    if (kept.version() != VERSION) {
      return Optional.empty();
    }
    ByteBuffer bytes = ByteBuffer.wrap(kept.bytes());
    UnitTable table = new UnitTable();
    while (bytes.remaining() >= 3) {
      int qualifier = bytes.get() & 0xff;
      int type = bytes.get() & 0xff;
      byte[] name = new byte[Math.min(bytes.get() & 0xff, bytes.remaining())];
      bytes.get(name);
      table.add(new Scsi.Inquiry(qualifier, type, new String(name, StandardCharsets.US_ASCII)));
    }
    int units = table.inquiries.size();
    return units < 1 || units > MOST ? Optional.empty() : Optional.of(table);
  }

  void add(Scsi.Inquiry inquiry) {
    inquiries.add(inquiry);
  }

  int highestLun() {
    return inquiries.size() - 1;
  }

  Scsi.Inquiry inquiry(int lun) {
    return inquiries.get(lun);
  }

  /** Of 16 units at most, of some 40 bytes each. */
  byte[] bytes() {
    ByteBuffer bytes = ByteBuffer.allocate(Remembered.MAX_BYTES);
    for (Scsi.Inquiry inquiry : inquiries) {
      byte[] name = inquiry.name().getBytes(StandardCharsets.US_ASCII);
      bytes.put((byte) inquiry.qualifier()).put((byte) inquiry.type());
      bytes.put((byte) name.length).put(name);
    }
    byte[] used = new byte[bytes.flip().remaining()];
    bytes.get(used);
    return used;
  }
}
