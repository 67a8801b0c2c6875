package org.bulkhead.device.usb.descriptor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.bulkhead.device.usb.descriptor.DeviceCapability.ContainerId;
import org.bulkhead.device.usb.descriptor.DeviceCapability.DescriptorSet;
import org.bulkhead.device.usb.descriptor.DeviceCapability.MicrosoftOs;
import org.bulkhead.device.usb.descriptor.DeviceCapability.Other;
import org.bulkhead.device.usb.descriptor.DeviceCapability.Platform;
import org.bulkhead.device.usb.descriptor.DeviceCapability.SublinkSpeed;
import org.bulkhead.device.usb.descriptor.DeviceCapability.SuperSpeed;
import org.bulkhead.device.usb.descriptor.DeviceCapability.SuperSpeedPlus;
import org.bulkhead.device.usb.descriptor.DeviceCapability.Usb2Extension;
import org.bulkhead.device.usb.descriptor.DeviceCapability.WebUsb;

/**
 * Reads a Binary device Object Store as a device sends it (USB 3.2 section 9.6.2). Pure: no I/O, no
 * state.
 *
 * <p>As {@link DescriptorParser} does, it refuses only what has no head, and passes over and names
 * what else cannot be read.
 */
public final class BosParser {

  private static final int BOS = 0x0f;
  private static final int CAPABILITY = 0x10;
  private static final int BOS_BYTES = 5;
  private static final int CAPABILITY_BYTES = 3;

  private static final int USB_2_EXTENSION = 0x02;
  private static final int SUPERSPEED = 0x03;
  private static final int CONTAINER_ID = 0x04;
  private static final int PLATFORM = 0x05;
  private static final int SUPERSPEED_PLUS = 0x0a;

  private static final int UUID_AT = 4;
  private static final int PLATFORM_BYTES = 20;
  private static final int WEB_USB_BYTES = 24;
  private static final int MICROSOFT_SET_BYTES = 8;
  private static final int SUBLINKS_AT = 12;

  private static final UUID WEB_USB = UUID.fromString("3408b638-09a9-47a0-8bfd-a0768815b665");
  private static final UUID MICROSOFT = UUID.fromString("d8dd60df-4589-4cc7-9cd2-659d9e648a9f");

  private final Irregularities irregularities = new Irregularities();

  private BosParser() {}

  /**
   * Reads the store.
   *
   * @param bytes the BOS descriptor and the capabilities that follow it, little-endian
   * @return the store
   * @throws DescriptorException where the BOS descriptor itself cannot be read
   */
  public static BosDescriptor parse(byte[] bytes) throws DescriptorException {
    return new BosParser().read(bytes);
  }

  private BosDescriptor read(byte[] bytes) throws DescriptorException {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (in.limit() < BOS_BYTES
        || u8(in, 0) < BOS_BYTES
        || u8(in, 0) > in.limit()
        || u8(in, 1) != BOS) {
      throw new DescriptorException(
          "no BOS descriptor: need 5 bytes that begin 05 0f, in " + in.limit() + " bytes");
    }
    int total = u16(in, 2);
    if (total != in.limit()) {
      irregularities.note("wTotalLength is %d, %d bytes are there", total, in.limit());
    }
    int end = total < u8(in, 0) ? in.limit() : Math.min(total, in.limit());
    List<DeviceCapability> capabilities = capabilities(in, u8(in, 0), end);
    if (capabilities.size() != u8(in, 4)) {
      irregularities.note("bNumDeviceCaps is %d, found %d", u8(in, 4), capabilities.size());
    }
    return new BosDescriptor(List.copyOf(capabilities), irregularities.list());
  }

  private List<DeviceCapability> capabilities(ByteBuffer in, int start, int end) {
    List<DeviceCapability> found = new ArrayList<>();
    for (int at = start; at < end; ) {
      int length = u8(in, at);
      if (length < 2 || at + length > end) {
        irregularities.note(
            "descriptor of length %d at byte %d, %d bytes left out", length, at, end - at);
        break;
      }
      if (u8(in, at + 1) == CAPABILITY && length >= CAPABILITY_BYTES) {
        found.add(capability(in.slice(at, length).order(ByteOrder.LITTLE_ENDIAN), at));
      } else {
        irregularities.note("no capability at byte %d, %d bytes left out", at, length);
      }
      at += length;
    }
    return found;
  }

  private DeviceCapability capability(ByteBuffer in, int at) {
    int type = u8(in, 2);
    int length = in.limit();
    if (length < needed(type, in)) {
      irregularities.note(
          "capability 0x%02x at byte %d has %d bytes, needs %d",
          type, at, length, needed(type, in));
      return new Other(type, raw(in));
    }
    return switch (type) {
      case USB_2_EXTENSION -> new Usb2Extension(in.getInt(3));
      case SUPERSPEED -> new SuperSpeed(u8(in, 3), u16(in, 4), u8(in, 6), u8(in, 7), u16(in, 8));
      case CONTAINER_ID -> new ContainerId(uuid(in));
      case PLATFORM -> platform(in);
      case SUPERSPEED_PLUS -> new SuperSpeedPlus(in.getInt(4), u16(in, 8), sublinks(in));
      default -> new Other(type, raw(in));
    };
  }

  private static int needed(int type, ByteBuffer in) {
    return switch (type) {
      case USB_2_EXTENSION -> 7;
      case SUPERSPEED -> 10;
      case CONTAINER_ID, PLATFORM -> PLATFORM_BYTES;
      case SUPERSPEED_PLUS ->
          in.limit() < SUBLINKS_AT ? SUBLINKS_AT : SUBLINKS_AT + Integer.BYTES * sublinkCount(in);
      default -> CAPABILITY_BYTES;
    };
  }

  private static DeviceCapability platform(ByteBuffer in) {
    UUID id = uuid(in);
    int dataBytes = in.limit() - PLATFORM_BYTES;
    if (id.equals(WEB_USB) && in.limit() >= WEB_USB_BYTES) {
      return new WebUsb(u16(in, 20), u8(in, 22), u8(in, 23));
    }
    if (id.equals(MICROSOFT) && dataBytes > 0 && dataBytes % MICROSOFT_SET_BYTES == 0) {
      List<DescriptorSet> sets = new ArrayList<>();
      for (int at = PLATFORM_BYTES; at < in.limit(); at += MICROSOFT_SET_BYTES) {
        sets.add(
            new DescriptorSet(
                in.getInt(at) & 0xffff_ffffL, u16(in, at + 4), u8(in, at + 6), u8(in, at + 7)));
      }
      return new MicrosoftOs(List.copyOf(sets));
    }
    return new Platform(id, raw(in));
  }

  /** The field says one less than there are. */
  private static int sublinkCount(ByteBuffer in) {
    return (in.getInt(4) & 0x1f) + 1;
  }

  private static List<SublinkSpeed> sublinks(ByteBuffer in) {
    List<SublinkSpeed> speeds = new ArrayList<>();
    for (int i = 0; i < sublinkCount(in); i++) {
      int bits = in.getInt(SUBLINKS_AT + Integer.BYTES * i);
      long unit = 1;
      for (int power = bits >> 4 & 3; power > 0; power--) {
        unit *= 1000;
      }
      speeds.add(
          new SublinkSpeed(
              bits & 0xf,
              (bits & 1 << 6) != 0,
              (bits & 1 << 7) != 0,
              (bits & 1 << 14) != 0,
              (bits >>> 16) * unit));
    }
    return List.copyOf(speeds);
  }

  /** The first three parts are numbers, and so little-endian; the others are bytes. */
  private static UUID uuid(ByteBuffer in) {
    long high =
        (in.getInt(UUID_AT) & 0xffff_ffffL) << 32
            | (long) u16(in, UUID_AT + 4) << 16
            | u16(in, UUID_AT + 6);
    return new UUID(high, Long.reverseBytes(in.getLong(UUID_AT + 8)));
  }

  private static RawDescriptor raw(ByteBuffer in) {
    byte[] bytes = new byte[in.limit()];
    in.get(0, bytes);
    return new RawDescriptor(bytes);
  }

  private static int u8(ByteBuffer in, int at) {
    return in.get(at) & 0xff;
  }

  private static int u16(ByteBuffer in, int at) {
    return in.getShort(at) & 0xffff;
  }
}
