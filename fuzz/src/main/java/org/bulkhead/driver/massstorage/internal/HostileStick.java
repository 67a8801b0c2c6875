package org.bulkhead.driver.massstorage.internal;

import static org.bulkhead.fuzz.Target.promise;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bulkhead.device.usb.Endpoint;
import org.bulkhead.device.usb.Transfer;
import org.bulkhead.device.usb.UsbDevice;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.UsbInterface;
import org.bulkhead.device.usb.descriptor.Direction;
import org.bulkhead.device.usb.descriptor.EndpointDescriptor;

/**
 * A stick whose every bus operation ends as the next byte of a script says, which begins again at
 * its end. Bits 2 to 0: 0 to 3 what was asked for, 4 to 7 a failure. For data that comes in, 0 is a
 * good status (bits 4 to 3 its code, bit 5 a residue), 1 to 3 bytes of the script, the next byte of
 * which is their number.
 */
final class HostileStick {

  /**
   * Waiting for a unit to become ready takes 50 questions of a command and a sense, each sent twice
   * with a recovery between, and a read of two pieces does so twice.
   */
  private static final int MOST_STEPS = 6_000;

  private static final int PACKET_BYTES = 512;

  /** Longer than any answer that is read; what is behind it in blocks is nobody's business. */
  private static final int ANSWER_BYTES = 64;

  private static final Kind[] FAILURES = {
    Kind.STALL, Kind.TIMEOUT, Kind.FAULT, Kind.OVERFLOW,
  };

  private int steps;
  private final Map<String, Transfer> transfers = new HashMap<>();
  private final UsbDevice device = stub(UsbDevice.class, this::device);
  private final Endpoint in = endpoint(0x81);
  private final Endpoint out = endpoint(0x02);
  private final UsbInterface claimed =
      stub(UsbInterface.class, (proxy, method, given) -> given[1] == Direction.IN ? in : out);
  private byte[] script;
  private int at;
  private int tag;

  UsbDevice device() {
    return device;
  }

  UsbInterface claimed() {
    return claimed;
  }

  void play(byte[] newScript) {
    script = newScript;
    at = 0;
  }

  /** A call begins. */
  void begin() {
    steps = 0;
  }

  private int next() {
    int value = script[at] & 0xff;
    at = (at + 1) % script.length;
    return value;
  }

  private static <T> T stub(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private Endpoint endpoint(int address) {
    EndpointDescriptor descriptor =
        new EndpointDescriptor(address, 2, PACKET_BYTES, 0, 0, 0, List.of());
    return stub(
        Endpoint.class,
        (proxy, method, given) ->
            switch (method.getName()) {
              case "descriptor" -> descriptor;
              case "allocate" -> transfer(address + ":" + given[0], (int) given[0]);
              case "transfer" -> move(address, ((Transfer) given[0]).data());
              case "clearHalt" -> {
                step();
                yield null;
              }
              default -> throw new UnsupportedOperationException(method.getName());
            });
  }

  /** Kept from input to input: they are large. */
  private Transfer transfer(String key, int capacity) {
    return transfers.computeIfAbsent(
        key,
        made -> {
          ByteBuffer data = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
          return stub(Transfer.class, (proxy, method, given) -> data);
        });
  }

  private Object device(Object proxy, Method method, Object[] given) throws UsbException {
    int op = step();
    ByteBuffer data = (ByteBuffer) given[1];
    if (data.hasRemaining()) {
      data.put((byte) (op >> 3));
    }
    return data.position();
  }

  /** Ends an operation in a failure where the script says so. */
  private int step() throws UsbException {
    promise(++steps <= MOST_STEPS, "a call ends");
    int op = next();
    if ((op & 4) != 0) {
      throw new UsbException(FAILURES[op & 3], "as the script says");
    }
    return op;
  }

  private int move(int address, ByteBuffer data) throws UsbException {
    if (address < 0x80 && data.remaining() == Cbw.LENGTH_BYTES) {
      tag = data.getInt(4);
    }
    int op = step();
    if (address < 0x80) {
      int moved = (op & 3) == 3 ? data.remaining() / 2 : data.remaining();
      data.position(data.position() + moved);
      return moved;
    }
    if ((op & 3) == 0 && data.remaining() >= Csw.LENGTH_BYTES) {
      data.putInt(Csw.SIGNATURE).putInt(tag).putInt(op >> 5 & 1).put((byte) (op >> 3 & 3));
    } else {
      // Data of a read in full, or a piece of the script.
      int length = (op & 3) == 3 ? data.remaining() : Math.min(next(), data.remaining());
      for (int i = 0; i < length && i < ANSWER_BYTES; i++) {
        data.put((byte) next());
      }
      data.position(length);
    }
    data.flip();
    return data.limit();
  }
}
