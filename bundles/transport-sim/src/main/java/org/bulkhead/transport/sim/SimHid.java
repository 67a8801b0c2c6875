package org.bulkhead.transport.sim;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.bulkhead.device.input.KeyStroke;
import org.bulkhead.device.input.KeyboardLayout;
import org.bulkhead.device.input.Led;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.device.usb.UsbSpeed;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.bulkhead.transport.sim.internal.HidDescriptors;

/**
 * Input devices with the descriptors of QEMU's: a keyboard, a mouse, a tablet, a barcode scanner
 * that is a keyboard, and a composite device of a keyboard and a second interface whose reports are
 * told apart by ids. Thread-safe.
 *
 * <p>Reports wait in the device until the host fetches them, and are lost while it is unplugged.
 */
public final class SimHid implements SimDevice {

  private static final int MAX_WAITING = 4096;
  private static final int IN = 0x81;
  private static final int STANDARD_IN = 0x81;
  private static final int CLASS_OUT = 0x21;
  private static final int CLASS_IN = 0xa1;
  private static final int GET_DESCRIPTOR = 0x06;
  private static final int GET_REPORT = 0x01;
  private static final int SET_REPORT = 0x09;
  private static final int SET_IDLE = 0x0a;
  private static final int SET_PROTOCOL = 0x0b;
  private static final int REPORT_DESCRIPTOR = 0x22;
  private static final int OUTPUT = 2;
  private static final int FEATURE = 3;
  private static final int LEFT_SHIFT = 1 << 1;
  private static final int RIGHT_ALT = 1 << 6;
  private static final int LAST_MODIFIER = 0x07;
  private static final int FIRST_MODIFIER = 0xe0;
  private static final int KEYS = 6;
  private static final int LED_BITS = Led.values().length;

  private final SimDescription description;
  private final List<Function> functions;
  private final ArrayList<Integer> pressed = new ArrayList<>();
  private SimHost host;
  private int modifiers;
  private int buttons;
  private int x;
  private int y;
  private int leds;

  /** One interface. */
  private static final class Function {
    final byte[] reportDescriptor;
    final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
    byte[] feature = new byte[4];
    byte[] output = new byte[0];

    Function(byte[] reportDescriptor) {
      this.reportDescriptor = reportDescriptor;
    }
  }

  private SimHid(DescriptionBuilder from, int[][] protocols, byte[]... reportDescriptors) {
    DescriptionBuilder builder = from.speed(UsbSpeed.FULL).configuration(1);
    functions = new ArrayList<>();
    for (byte[] report : reportDescriptors) {
      int number = functions.size();
      builder
          .interfaceSetting(number, 0, 0x03, protocols[number][0], protocols[number][1])
          .extra(
              9,
              0x21,
              0x11,
              0x01,
              0,
              1,
              REPORT_DESCRIPTOR,
              report.length & 0xff,
              report.length >> 8)
          .endpoint(IN + number, TransferType.INTERRUPT, 8, 10);
      functions.add(new Function(report));
    }
    description = builder.build();
  }

  /**
   * QEMU's usb-kbd.
   *
   * @param serialNumber the string of {@code iSerialNumber}
   * @return a keyboard with nothing pressed
   */
  public static SimHid keyboard(String serialNumber) {
    return new SimHid(
        qemu("QEMU USB Keyboard", serialNumber), new int[][] {{1, 1}}, HidDescriptors.KEYBOARD);
  }

  /**
   * QEMU's usb-mouse.
   *
   * @param serialNumber the string of {@code iSerialNumber}
   * @return a mouse
   */
  public static SimHid mouse(String serialNumber) {
    return new SimHid(
        qemu("QEMU USB Mouse", serialNumber), new int[][] {{1, 2}}, HidDescriptors.MOUSE);
  }

  /**
   * QEMU's usb-tablet.
   *
   * @param serialNumber the string of {@code iSerialNumber}
   * @return a tablet
   */
  public static SimHid tablet(String serialNumber) {
    return new SimHid(
        qemu("QEMU USB Tablet", serialNumber), new int[][] {{0, 0}}, HidDescriptors.TABLET);
  }

  /**
   * A barcode scanner that pretends to be a keyboard, as most do.
   *
   * @param serialNumber the string of {@code iSerialNumber}
   * @return a scanner
   */
  public static SimHid scanner(String serialNumber) {
    return new SimHid(
        SimDescription.builder(0x1209, 0x0002)
            .manufacturer("Bulkhead")
            .product("Demo Barcode Scanner")
            .serialNumber(serialNumber),
        new int[][] {{1, 1}},
        HidDescriptors.KEYBOARD);
  }

  /**
   * A keyboard as interface 0, and as interface 1 a mouse (report 1), media keys (report 2) and
   * reports of a maker's own (report 3: input, output and feature of four bytes).
   *
   * @param serialNumber the string of {@code iSerialNumber}
   * @return a composite device
   */
  public static SimHid composite(String serialNumber) {
    return new SimHid(
        SimDescription.builder(0x1209, 0x0004)
            .manufacturer("Bulkhead")
            .product("Simulated Receiver")
            .serialNumber(serialNumber),
        new int[][] {{1, 1}, {0, 0}},
        HidDescriptors.KEYBOARD,
        HidDescriptors.NUMBERED);
  }

  private static DescriptionBuilder qemu(String product, String serialNumber) {
    return SimDescription.builder(0x0627, 0x0001)
        .version(0)
        .manufacturer("QEMU")
        .product(product)
        .serialNumber(serialNumber);
  }

  @Override
  public SimDescription description() {
    return description;
  }

  /**
   * Types a text on the American layout: for each character the key down and up again.
   *
   * @param text the text; a line end is the enter key
   */
  public void type(String text) {
    type(text, KeyboardLayout.named("us"));
  }

  /**
   * Types a text.
   *
   * @param text the text; a line end is the enter key
   * @param layout the layout that the host expects
   */
  public synchronized void type(String text, KeyboardLayout layout) {
    for (KeyStroke stroke : layout.strokes(text)) {
      int with = (stroke.shift() ? LEFT_SHIFT : 0) | (stroke.altGr() ? RIGHT_ALT : 0);
      send(0, keys(with, List.of(stroke.usage() & 0xff)));
      send(0, keys(modifiers, pressed));
    }
  }

  /**
   * Presses a key and holds it; with more than six the keyboard reports that it lost count.
   *
   * @param key usage on page 0x07, 0x04 to 0xe7
   */
  public synchronized void press(int key) {
    if (key >= FIRST_MODIFIER) {
      modifiers |= 1 << (key & LAST_MODIFIER);
    } else if (!pressed.contains(key)) {
      pressed.add(key);
    }
    send(0, keys(modifiers, pressed));
  }

  /**
   * Releases a key.
   *
   * @param key usage on page 0x07, 0x04 to 0xe7
   */
  public synchronized void release(int key) {
    if (key >= FIRST_MODIFIER) {
      modifiers &= ~(1 << (key & LAST_MODIFIER));
    } else {
      pressed.remove((Integer) key);
    }
    send(0, keys(modifiers, pressed));
  }

  private static byte[] keys(int modifiers, List<Integer> keys) {
    byte[] report = new byte[2 + KEYS];
    report[0] = (byte) modifiers;
    for (int i = 0; i < KEYS; i++) {
      // ErrorRollOver in every place, as HID 1.11 appendix C has it.
      report[2 + i] = (byte) (keys.size() > KEYS ? 1 : i < keys.size() ? keys.get(i) : 0);
    }
    return report;
  }

  /**
   * Moves the mouse, or the tablet from where it is.
   *
   * @param dx to the right, -127 to 127
   * @param dy down, -127 to 127
   */
  public synchronized void move(int dx, int dy) {
    moveTo(x + dx, y + dy);
  }

  /**
   * Moves the tablet, or the mouse by the difference to where it was last moved to.
   *
   * @param toX 0 to 32,767 on the tablet
   * @param toY 0 to 32,767 on the tablet
   */
  public synchronized void moveTo(int toX, int toY) {
    int dx = toX - x;
    int dy = toY - y;
    x = toX;
    y = toY;
    point(dx, dy, 0);
  }

  /**
   * Turns the wheel.
   *
   * @param notches away from the user, -127 to 127
   */
  public synchronized void wheel(int notches) {
    point(0, 0, notches);
  }

  /**
   * Presses some buttons and releases the others.
   *
   * @param mask bit 0 is the first button
   */
  public synchronized void buttons(int mask) {
    buttons = mask;
    point(0, 0, 0);
  }

  private void point(int dx, int dy, int wheel) {
    Function function = functions.get(functions.size() - 1);
    if (function.reportDescriptor == HidDescriptors.TABLET) {
      send(0, bytes(buttons, x, x >> 8, y, y >> 8, wheel));
    } else if (function.reportDescriptor == HidDescriptors.NUMBERED) {
      send(1, bytes(1, buttons, dx, dx >> 8 & 0x0f | dy << 4, dy >> 4, wheel, 0));
    } else {
      send(0, bytes(buttons, dx, dy, wheel));
    }
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  /**
   * Sends any report.
   *
   * @param interfaceNumber the interface
   * @param report the report, its id first where the interface uses ids
   */
  public synchronized void send(int interfaceNumber, byte[] report) {
    Function function = functions.get(interfaceNumber);
    if (host != null && function.waiting.size() < MAX_WAITING) {
      function.waiting.add(report.clone());
      host.ready();
    }
  }

  /**
   * How many reports wait to be fetched.
   *
   * @return reports of all interfaces together
   */
  public synchronized int waiting() {
    return functions.stream().mapToInt(function -> function.waiting.size()).sum();
  }

  /**
   * The keyboard's lights.
   *
   * @return those that the host switched on
   */
  public synchronized Set<Led> leds() {
    EnumSet<Led> on = EnumSet.noneOf(Led.class);
    for (Led led : Led.values()) {
      if ((leds & 1 << led.ordinal()) != 0) {
        on.add(led);
      }
    }
    return on;
  }

  /**
   * The last output report of the composite device's second interface.
   *
   * @return the report with its id, empty before the first
   */
  public synchronized byte[] output() {
    return functions.get(functions.size() - 1).output.clone();
  }

  @Override
  public void attached(SimHost newHost) {
    host = newHost;
    reset();
  }

  @Override
  public void detached() {
    host = null;
    reset();
  }

  @Override
  public void reset() {
    functions.forEach(function -> function.waiting.clear());
    pressed.clear();
    modifiers = 0;
    buttons = 0;
    leds = 0;
  }

  @Override
  public Handshake in(int endpointAddress, ByteBuffer packet) {
    byte[] report = functions.get(endpointAddress - IN).waiting.poll();
    if (report == null) {
      return Handshake.NAK;
    }
    packet.put(report);
    return Handshake.ACK;
  }

  @Override
  public Handshake control(ControlRequest request, ByteBuffer data) {
    if (request.index() >= functions.size()) {
      return Handshake.UNHANDLED;
    }
    Function function = functions.get(request.index());
    int type = request.value() >> 8;
    return switch (request.requestType() << 8 | request.request()) {
      case STANDARD_IN << 8 | GET_DESCRIPTOR ->
          type == REPORT_DESCRIPTOR ? answer(data, function.reportDescriptor) : Handshake.UNHANDLED;
      case CLASS_IN << 8 | GET_REPORT -> getReport(function, type, request.value() & 0xff, data);
      case CLASS_OUT << 8 | SET_REPORT -> setReport(function, type, request.value() & 0xff, data);
      case CLASS_OUT << 8 | SET_IDLE, CLASS_OUT << 8 | SET_PROTOCOL -> Handshake.ACK;
      default -> Handshake.UNHANDLED;
    };
  }

  private static Handshake answer(ByteBuffer data, byte[] bytes) {
    data.put(bytes, 0, Math.min(bytes.length, data.remaining()));
    return Handshake.ACK;
  }

  private Handshake getReport(Function function, int type, int id, ByteBuffer data) {
    if (function.reportDescriptor == HidDescriptors.NUMBERED && type == FEATURE && id == 3) {
      answer(data, bytes(id));
      return answer(data, function.feature);
    }
    return Handshake.STALL;
  }

  private Handshake setReport(Function function, int type, int id, ByteBuffer data) {
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    if (function.reportDescriptor == HidDescriptors.KEYBOARD && type == OUTPUT && id == 0) {
      leds = bytes.length == 0 ? 0 : bytes[0] & (1 << LED_BITS) - 1;
      return Handshake.ACK;
    }
    if (function.reportDescriptor == HidDescriptors.NUMBERED && id == 3 && bytes.length == 5) {
      if (type == FEATURE) {
        System.arraycopy(bytes, 1, function.feature, 0, function.feature.length);
        return Handshake.ACK;
      }
      function.output = bytes;
      return type == OUTPUT ? Handshake.ACK : Handshake.STALL;
    }
    return Handshake.STALL;
  }
}
