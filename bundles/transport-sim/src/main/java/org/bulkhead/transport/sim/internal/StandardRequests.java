package org.bulkhead.transport.sim.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.transport.sim.Handshake;
import org.bulkhead.transport.sim.SimDescription;

/** Answers standard requests from the descriptors (USB 2.0 section 9.4). */
final class StandardRequests {

  private static final int GET_STATUS = 0;
  private static final int CLEAR_FEATURE = 1;
  private static final int SET_FEATURE = 3;
  private static final int GET_DESCRIPTOR = 6;
  private static final int GET_CONFIGURATION = 8;
  private static final int SET_CONFIGURATION = 9;
  private static final int GET_INTERFACE = 10;
  private static final int SET_INTERFACE = 11;
  private static final int ENDPOINT_HALT = 0;
  private static final int DEVICE_BYTES = 18;
  private static final int US_ENGLISH = 0x0409;

  private StandardRequests() {}

  static Handshake answer(Attachment attachment, ControlRequest request, ByteBuffer data) {
    boolean answered =
        (request.requestType() & 0x60) == 0
            && switch (request.requestType() & 0x1f) {
              case 0 -> device(attachment, request, data);
              case 1 -> ofInterface(attachment, request, data);
              case 2 -> endpoint(attachment, request, data);
              default -> false;
            };
    return answered ? Handshake.ACK : Handshake.STALL;
  }

  static ControlRequest setConfiguration(int value) {
    return new ControlRequest(0x00, SET_CONFIGURATION, value, 0);
  }

  static ControlRequest setInterface(int number, int alternateSetting) {
    return new ControlRequest(0x01, SET_INTERFACE, alternateSetting, number);
  }

  static ControlRequest clearHalt(int endpointAddress) {
    return new ControlRequest(0x02, CLEAR_FEATURE, ENDPOINT_HALT, endpointAddress);
  }

  private static boolean device(Attachment attachment, ControlRequest request, ByteBuffer data) {
    switch (request.request()) {
      case GET_STATUS:
        return put(data, attachment.functions.attributes() >> 6 & 1, 0);
      case GET_DESCRIPTOR:
        return descriptor(attachment.functions.description, request.value(), data);
      case GET_CONFIGURATION:
        return put(data, attachment.functions.configuration());
      case SET_CONFIGURATION:
        attachment.clearHalts();
        return attachment.functions.configure(request.value());
      default:
        return false;
    }
  }

  private static boolean ofInterface(
      Attachment attachment, ControlRequest request, ByteBuffer data) {
    Integer setting = attachment.functions.settings().get(request.index());
    if (setting == null) {
      return false;
    }
    return switch (request.request()) {
      case GET_STATUS -> put(data, 0, 0);
      case GET_INTERFACE -> put(data, setting);
      case SET_INTERFACE -> attachment.functions.select(request.index(), request.value());
      default -> false;
    };
  }

  private static boolean endpoint(Attachment attachment, ControlRequest request, ByteBuffer data) {
    int address = request.index();
    if (address == 0 || address == 0x80) {
      return request.request() == GET_STATUS && put(data, 0, 0);
    }
    if (attachment.functions.endpoint(address) == null) {
      return false;
    }
    Pipe pipe = attachment.pipe(address);
    switch (request.request()) {
      case GET_STATUS:
        return put(data, pipe.halted ? 1 : 0, 0);
      case CLEAR_FEATURE:
      case SET_FEATURE:
        if (request.value() != ENDPOINT_HALT) {
          return false;
        }
        pipe.halted = request.request() == SET_FEATURE;
        return true;
      default:
        return false;
    }
  }

  private static boolean descriptor(SimDescription description, int value, ByteBuffer data) {
    byte[] all = description.descriptors();
    int index = value & 0xff;
    return switch (value >> 8) {
      case 1 -> put(data, Arrays.copyOf(all, Math.min(DEVICE_BYTES, all.length)));
      case 2 -> configuration(all, index, data);
      case 3 -> string(description, index, data);
      default -> false;
    };
  }

  private static boolean configuration(byte[] all, int index, ByteBuffer data) {
    int at = DEVICE_BYTES;
    for (int i = 0; at + 4 <= all.length; i++) {
      int length = all[at + 2] & 0xff | (all[at + 3] & 0xff) << 8;
      if (i == index) {
        return put(data, Arrays.copyOfRange(all, at, Math.min(all.length, at + length)));
      }
      at += Math.max(1, length);
    }
    return false;
  }

  private static boolean string(SimDescription description, int index, ByteBuffer data) {
    if (index == 0) {
      return put(data, 4, 3, US_ENGLISH & 0xff, US_ENGLISH >> 8);
    }
    String text = description.string(index);
    if (text.isEmpty()) {
      return false;
    }
    byte[] letters = text.getBytes(StandardCharsets.UTF_16LE);
    byte[] bytes = new byte[2 + letters.length];
    bytes[0] = (byte) bytes.length;
    bytes[1] = 3;
    System.arraycopy(letters, 0, bytes, 2, letters.length);
    return put(data, bytes);
  }

  private static boolean put(ByteBuffer data, int... bytes) {
    for (int i = 0; i < bytes.length && data.hasRemaining(); i++) {
      data.put((byte) bytes[i]);
    }
    return true;
  }

  private static boolean put(ByteBuffer data, byte[] bytes) {
    data.put(bytes, 0, Math.min(bytes.length, data.remaining()));
    return true;
  }
}
