package org.bulkhead.device.usb.descriptor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads descriptors as a device sends them (USB 2.0 section 9.5). Pure: no I/O, no state.
 *
 * <p>Devices lie. A device descriptor that is short is refused; behind it everything that can be
 * read is, what cannot be is passed over and named in {@link UsbDescriptors#irregularities()}, as
 * operating systems do, so that a flaw in one interface does not lose the others.
 */
public final class DescriptorParser {

  private static final int DEVICE = 0x01;
  private static final int CONFIGURATION = 0x02;
  private static final int INTERFACE = 0x04;
  private static final int ENDPOINT = 0x05;
  private static final int INTERFACE_ASSOCIATION = 0x0b;
  private static final int SUPERSPEED_COMPANION = 0x30;

  private static final int DEVICE_BYTES = 18;
  private static final int CONFIGURATION_BYTES = 9;
  private static final int INTERFACE_BYTES = 9;
  private static final int ENDPOINT_BYTES = 7;
  private static final int ASSOCIATION_BYTES = 8;
  private static final int COMPANION_BYTES = 6;

  private final Irregularities irregularities = new Irregularities();

  private DescriptorParser() {}

  /**
   * Reads a device descriptor and the configurations that follow it.
   *
   * @param bytes the 18 bytes of the device descriptor, then each configuration with all that it
   *     holds, end to end, little-endian
   * @return the descriptors
   * @throws DescriptorException where the device descriptor itself cannot be read
   */
  public static UsbDescriptors parse(byte[] bytes) throws DescriptorException {
    return new DescriptorParser().read(bytes);
  }

  /**
   * Reads a string descriptor (USB 2.0 table 9-16). An odd last byte and what follows a NUL are
   * left out, and unpaired surrogates replaced, as devices send all of these.
   *
   * @param bytes the descriptor, header included
   * @return the text
   * @throws DescriptorException where it is not a string descriptor, or shorter than it says
   */
  public static String parseString(ByteBuffer bytes) throws DescriptorException {
    ByteBuffer in = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (in.remaining() < 2 || u8(in, 1) != 0x03 || u8(in, 0) < 2 || u8(in, 0) > in.remaining()) {
      throw new DescriptorException(
          "not a string descriptor of the length it says, in " + in.remaining() + " bytes");
    }
    int end = u8(in, 0) & ~1;
    StringBuilder text = new StringBuilder();
    for (int i = 2; i < end && in.getShort(i) != 0; i += 2) {
      text.append((char) in.getShort(i));
    }
    return new String(text.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  private UsbDescriptors read(byte[] bytes) throws DescriptorException {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    DeviceDescriptor device = device(in);
    List<ConfigurationDescriptor> configurations = new ArrayList<>();
    int at = u8(in, 0);
    while (at < in.limit()) {
      int end = configurationEnd(in, at);
      if (end < 0) {
        break;
      }
      configurations.add(configuration(in, at, end));
      at = end;
    }
    if (configurations.size() != device.configurationCount()) {
      note(
          "bNumConfigurations is %d, found %d", device.configurationCount(), configurations.size());
    }
    return new UsbDescriptors(device, List.copyOf(configurations), irregularities.list());
  }

  private static DeviceDescriptor device(ByteBuffer in) throws DescriptorException {
    if (in.limit() < DEVICE_BYTES || u8(in, 0) < DEVICE_BYTES || u8(in, 1) != DEVICE) {
      throw new DescriptorException(
          "no device descriptor: need 18 bytes that begin 12 01, got " + head(in));
    }
    int usbVersion = u16(in, 2);
    int packetField = u8(in, 7);
    int packetBytes = usbVersion >= 0x0300 && packetField < 16 ? 1 << packetField : packetField;
    return new DeviceDescriptor(
        usbVersion,
        u8(in, 4),
        u8(in, 5),
        u8(in, 6),
        packetBytes,
        u16(in, 8),
        u16(in, 10),
        u16(in, 12),
        u8(in, 14),
        u8(in, 15),
        u8(in, 16),
        u8(in, 17));
  }

  /** The offset behind the configuration at an offset, or -1 where there is none. */
  private int configurationEnd(ByteBuffer in, int at) {
    int left = in.limit() - at;
    if (left < CONFIGURATION_BYTES
        || u8(in, at) < CONFIGURATION_BYTES
        || u8(in, at + 1) != CONFIGURATION) {
      note("no configuration descriptor at byte %d, %d bytes left out", at, left);
      return -1;
    }
    int total = u16(in, at + 2);
    if (total < u8(in, at) || total > left) {
      note("configuration at byte %d: wTotalLength is %d, %d bytes are there", at, total, left);
      return in.limit();
    }
    return at + total;
  }

  private ConfigurationDescriptor configuration(ByteBuffer in, int start, int end) {
    List<InterfaceBuilder> settings = new ArrayList<>();
    List<InterfaceAssociation> associations = new ArrayList<>();
    List<RawDescriptor> extras = new ArrayList<>();
    int at = start + u8(in, start);
    while (at < end) {
      int length = at + 1 < end ? u8(in, at) : 0;
      if (length < 2 || at + length > end) {
        note("descriptor of length %d at byte %d, %d bytes left out", length, at, end - at);
        break;
      }
      int type = u8(in, at + 1);
      InterfaceBuilder current = settings.isEmpty() ? null : settings.get(settings.size() - 1);
      if (type == INTERFACE && longEnough(length, INTERFACE_BYTES, at)) {
        settings.add(new InterfaceBuilder(in, at));
      } else if (type == INTERFACE_ASSOCIATION && longEnough(length, ASSOCIATION_BYTES, at)) {
        associations.add(association(in, at));
      } else if (type == ENDPOINT && current != null && longEnough(length, ENDPOINT_BYTES, at)) {
        endpoint(in, at, current);
      } else {
        RawDescriptor raw = raw(in, at, length);
        if (current == null) {
          extras.add(raw);
        } else {
          current.add(raw);
        }
      }
      at += length;
    }
    if (settings.stream().map(s -> s.number).distinct().count() != u8(in, start + 4)) {
      note("configuration %d: bNumInterfaces is %d", u8(in, start + 5), u8(in, start + 4));
    }
    return new ConfigurationDescriptor(
        u8(in, start + 5),
        u8(in, start + 6),
        u8(in, start + 7),
        u8(in, start + 8),
        settings.stream().map(InterfaceBuilder::build).toList(),
        List.copyOf(associations),
        List.copyOf(extras));
  }

  private void endpoint(ByteBuffer in, int at, InterfaceBuilder owner) {
    int address = u8(in, at + 2);
    if ((address & 0x0f) == 0 || (address & 0x70) != 0) {
      note("endpoint address 0x%02x at byte %d left out", address, at);
      return;
    }
    if (owner.endpoints.stream().anyMatch(e -> e.address == address)) {
      note("endpoint 0x%02x twice in interface %d, second left out", address, owner.number);
      return;
    }
    owner.endpoints.add(new EndpointBuilder(in, at));
  }

  private static InterfaceAssociation association(ByteBuffer in, int at) {
    return new InterfaceAssociation(
        u8(in, at + 2),
        u8(in, at + 3),
        u8(in, at + 4),
        u8(in, at + 5),
        u8(in, at + 6),
        u8(in, at + 7));
  }

  private boolean longEnough(int length, int needed, int at) {
    if (length < needed) {
      note("descriptor at byte %d has %d bytes, needs %d", at, length, needed);
    }
    return length >= needed;
  }

  private void note(String format, Object... arguments) {
    irregularities.note(format, arguments);
  }

  private static RawDescriptor raw(ByteBuffer in, int at, int length) {
    byte[] bytes = new byte[length];
    in.get(at, bytes);
    return new RawDescriptor(bytes);
  }

  private static String head(ByteBuffer in) {
    StringBuilder text = new StringBuilder(in.limit() + " bytes:");
    for (int i = 0; i < Math.min(4, in.limit()); i++) {
      text.append(String.format(" %02x", in.get(i)));
    }
    return text.toString();
  }

  private static int u8(ByteBuffer in, int at) {
    return in.get(at) & 0xff;
  }

  private static int u16(ByteBuffer in, int at) {
    return in.getShort(at) & 0xffff;
  }

  private static final class InterfaceBuilder {
    final int number;
    final int alternateSetting;
    final int interfaceClass;
    final int interfaceSubclass;
    final int interfaceProtocol;
    final int nameIndex;
    final List<EndpointBuilder> endpoints = new ArrayList<>();
    final List<RawDescriptor> extras = new ArrayList<>();

    InterfaceBuilder(ByteBuffer in, int at) {
      number = u8(in, at + 2);
      alternateSetting = u8(in, at + 3);
      interfaceClass = u8(in, at + 5);
      interfaceSubclass = u8(in, at + 6);
      interfaceProtocol = u8(in, at + 7);
      nameIndex = u8(in, at + 8);
    }

    void add(RawDescriptor raw) {
      if (endpoints.isEmpty()) {
        extras.add(raw);
      } else {
        endpoints.get(endpoints.size() - 1).add(raw);
      }
    }

    InterfaceDescriptor build() {
      return new InterfaceDescriptor(
          number,
          alternateSetting,
          interfaceClass,
          interfaceSubclass,
          interfaceProtocol,
          nameIndex,
          endpoints.stream().map(EndpointBuilder::build).toList(),
          List.copyOf(extras));
    }
  }

  private static final class EndpointBuilder {
    final int address;
    final int attributes;
    final int packetSize;
    final int interval;
    final List<RawDescriptor> extras = new ArrayList<>();
    int maxBurst;

    EndpointBuilder(ByteBuffer in, int at) {
      address = u8(in, at + 2);
      attributes = u8(in, at + 3);
      packetSize = u16(in, at + 4);
      interval = u8(in, at + 6);
    }

    void add(RawDescriptor raw) {
      if (raw.type() == SUPERSPEED_COMPANION && raw.lengthBytes() >= COMPANION_BYTES) {
        maxBurst = Math.min(15, raw.bytes().get(2) & 0xff);
      }
      extras.add(raw);
    }

    EndpointDescriptor build() {
      return new EndpointDescriptor(
          address,
          attributes,
          packetSize & 0x7ff,
          Math.min(2, packetSize >> 11 & 3),
          interval,
          maxBurst,
          List.copyOf(extras));
    }
  }
}
