package org.bulkhead.driver.cdcacm.internal;

import static org.bulkhead.fuzz.Target.promise;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.ConfigurationDescriptor;
import org.bulkhead.device.usb.descriptor.DescriptorException;
import org.bulkhead.device.usb.descriptor.DescriptorParser;
import org.bulkhead.device.usb.descriptor.Direction;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.bulkhead.fuzz.Target;

/**
 * All that a modem sends; the first byte says which. 0: {@link FunctionalDescriptors} and {@link
 * AcmFunction}, on the descriptors of a configuration without its head. 1: {@link Notifications},
 * the size of a packet and then packets with a length of one byte each. 2: {@link LineCoding}.
 */
public final class CdcTarget implements Target {

  private static final byte[] HEAD =
      HexFormat.of().parseHex("12010002ef02014000000000000000000001" + "0902000000010080fa");

  private static final byte[] SERIAL_STATE = HexFormat.of().parseHex("a1200000000002004300");

  private static final int DEVICE_BYTES = 18;
  private static final int MOST_STATE = 0xffff;

  @Override
  public void read(byte[] input) throws DescriptorException {
    if (input.length == 0) {
      return;
    }
    ByteBuffer rest = ByteBuffer.wrap(input, 1, input.length - 1).slice();
    switch (input[0] & 3) {
      case 0 -> descriptors(rest);
      case 1 -> notifications(rest);
      default -> lineCoding(rest);
    }
  }

  private static void descriptors(ByteBuffer rest) throws DescriptorException {
    ByteBuffer bytes = ByteBuffer.allocate(HEAD.length + rest.remaining());
    bytes.put(HEAD).put(rest);
    int total = bytes.capacity() - DEVICE_BYTES;
    bytes.put(DEVICE_BYTES + 2, (byte) total).put(DEVICE_BYTES + 3, (byte) (total >> 8));
    ConfigurationDescriptor configuration =
        DescriptorParser.parse(bytes.array()).configurations().get(0);
    for (InterfaceDescriptor control : configuration.interfaces().toList()) {
      function(configuration, control);
    }
  }

  private static void function(ConfigurationDescriptor in, InterfaceDescriptor control) {
    FunctionalDescriptors functional = FunctionalDescriptors.of(control);
    promise(functional.version() >= 0 && functional.version() <= 0xffff, "a version");
    promise(
        functional.callManagementInterface() >= -1 && functional.callManagementInterface() <= 0xff,
        "an interface or none");
    promise(functional.capabilities() >= 0 && functional.capabilities() <= 0xff, "a byte");
    promise(functional.union().size() <= 252, "no more interfaces than fit into a descriptor");
    try {
      AcmFunction function = AcmFunction.of(in, control);
      promise(function.controlInterface() == control.number(), "the interface that was given");
      InterfaceDescriptor data =
          in.setting(function.dataInterface(), function.dataSetting()).orElseThrow();
      promise(function.capabilities() == functional.capabilities(), "the capabilities it said");
      promise(data.number() == function.dataInterface(), "the data interface is there");
      promise(
          in.settings().stream()
              .filter(s -> s.number() == function.dataInterface())
              .filter(s -> s.alternateSetting() == function.dataSetting())
              .anyMatch(CdcTarget::bothWays),
          "it moves bytes both ways");
    } catch (UsbException refused) {
      promise(refused.kind() == Kind.INVALID, "what cannot be a port is refused as invalid");
      promise(!bothWays(control), "what can be a port is not refused");
    }
  }

  private static boolean bothWays(InterfaceDescriptor setting) {
    return setting.endpoint(TransferType.BULK, Direction.IN).isPresent()
        && setting.endpoint(TransferType.BULK, Direction.OUT).isPresent();
  }

  private static void notifications(ByteBuffer rest) {
    int packetBytes = rest.hasRemaining() ? Math.max(1, rest.get() & 0xff) : 1;
    Notifications notifications = new Notifications(packetBytes);
    while (rest.hasRemaining()) {
      int length = Math.min(Math.min(rest.get() & 0xff, packetBytes), rest.remaining());
      ByteBuffer packet = rest.slice().limit(length);
      rest.position(rest.position() + length);
      int state = notifications.packet(packet);
      promise(state >= -1 && state <= MOST_STATE, "a state or none");
      if (state >= 0) {
        AcmProtocol.modemLines(state);
      }
    }
    // Whatever came, a packet that is not full ends it, and the next notification is understood.
    notifications.packet(ByteBuffer.allocate(0));
    int state = Notifications.NONE;
    for (int at = 0; at < SERIAL_STATE.length; at += packetBytes) {
      int length = Math.min(packetBytes, SERIAL_STATE.length - at);
      state = notifications.packet(ByteBuffer.wrap(SERIAL_STATE, at, length));
    }
    promise(state == 0x43, "a good notification is understood after bad ones");
  }

  private static void lineCoding(ByteBuffer rest) {
    LineCoding coding = LineCoding.read(rest);
    promise((coding == null) == (rest.remaining() < LineCoding.BYTES), "what is whole is read");
    if (coding != null) {
      ByteBuffer again = ByteBuffer.allocate(LineCoding.BYTES);
      coding.write(again);
      promise(again.flip().equals(rest.slice(0, LineCoding.BYTES)), "it is written as it was");
    }
  }
}
