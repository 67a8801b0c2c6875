package org.bulkhead.transport.libusb.internal;

import static java.lang.invoke.MethodType.methodType;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.usb4java.LibUsb;

/**
 * Functions of the libusb that usb4java loaded, and the memory that it shares with us, by pointers.
 * A wrong one is the end of the JVM: only {@link ForeignCalls} and {@link ForeignTransfer} have
 * any.
 */
final class ForeignLibusb {

  /** What the process has mapped, as the kernel names it: a folder of its own for each JVM. */
  private static final Path MAPS = Path.of("/proc/self/maps");

  private static final String LIBRARY = "/libusb4java.so";

  private static final Functions LIBUSB;
  private static final String WHY_NOT;

  static {
    Functions found = null;
    String whyNot = "";
    try {
      found = Functions.of(new Foreign());
    } catch (InvocationTargetException e) {
      whyNot = e.getCause().toString();
    } catch (ReflectiveOperationException | IOException | RuntimeException e) {
      whyNot = e.toString();
    }
    LIBUSB = found;
    WHY_NOT = whyNot;
  }

  private ForeignLibusb() {}

  /** Why nothing else may be called here, or empty where it may. */
  static String whyNot() {
    return WHY_NOT;
  }

  /** A record, since compilers take a record's fields for constants. */
  private record Functions(
      Foreign foreign,
      MethodHandle allocate,
      MethodHandle free,
      MethodHandle submit,
      MethodHandle cancel,
      MethodHandle handleEvents,
      MethodHandle registerHotplug,
      MethodHandle getInt,
      MethodHandle getLong,
      MethodHandle setByte,
      MethodHandle setInt,
      MethodHandle setLong) {

    static Functions of(Foreign foreign) throws ReflectiveOperationException, IOException {
      Foreign.Library libusb = foreign.new Library(loaded());
      MethodType onTransfer = methodType(int.class, long.class);
      return new Functions(
          foreign,
          libusb.function("libusb_alloc_transfer", methodType(long.class, int.class)),
          libusb.function("libusb_free_transfer", methodType(void.class, long.class)),
          libusb.function("libusb_submit_transfer", onTransfer),
          libusb.function("libusb_cancel_transfer", onTransfer),
          libusb.function(
              "libusb_handle_events_timeout", methodType(int.class, long.class, long.class)),
          libusb.function(
              "libusb_hotplug_register_callback",
              // Context, events, flags, vendor, product, class; callback, its data, the handle.
              methodType(int.class, long.class, int.class, int.class, int.class)
                  .appendParameterTypes(int.class, int.class, long.class, long.class, long.class)),
          foreign.reader(int.class),
          foreign.reader(long.class),
          foreign.writer(byte.class),
          foreign.writer(int.class),
          foreign.writer(long.class));
    }

    private static Path loaded() throws IOException {
      // Has it loaded, if nobody has.
      LibUsb.getVersion();
      try (Stream<String> mapped = Files.lines(MAPS)) {
        return mapped
            .filter(line -> line.endsWith(LIBRARY))
            .map(line -> Path.of(line.substring(line.indexOf('/'))))
            .findFirst()
            .orElseThrow(() -> new IOException(MAPS + " does not show " + LIBRARY));
      }
    }
  }

  /** The address of a direct buffer's first byte. */
  static long address(ByteBuffer direct) {
    try {
      return LIBUSB.foreign.address(direct);
    } catch (ReflectiveOperationException e) {
      throw unchecked(e);
    }
  }

  /** As {@link Foreign.Stub}. */
  static Foreign.Stub stub(MethodHandle target) {
    try {
      return LIBUSB.foreign.new Stub(target);
    } catch (ReflectiveOperationException e) {
      throw unchecked(e);
    }
  }

  static long allocateTransfer(int packets) {
    try {
      return (long) LIBUSB.allocate.invokeExact(packets);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  static void freeTransfer(long transfer) {
    try {
      LIBUSB.free.invokeExact(transfer);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  static int submitTransfer(long transfer) {
    try {
      return (int) LIBUSB.submit.invokeExact(transfer);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  static int cancelTransfer(long transfer) {
    try {
      return (int) LIBUSB.cancel.invokeExact(transfer);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  static int handleEvents(long context, long timeval) {
    try {
      return (int) LIBUSB.handleEvents.invokeExact(context, timeval);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  /** For all devices. */
  static int registerHotplug(long context, int events, long callback) {
    try {
      return (int)
          LIBUSB.registerHotplug.invokeExact(
              context,
              events,
              0,
              LibUsb.HOTPLUG_MATCH_ANY,
              LibUsb.HOTPLUG_MATCH_ANY,
              LibUsb.HOTPLUG_MATCH_ANY,
              callback,
              0L,
              0L);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  static int getInt(long address) {
    try {
      return (int) LIBUSB.getInt.invokeExact(address);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  static long getLong(long address) {
    try {
      return (long) LIBUSB.getLong.invokeExact(address);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  static void setByte(long address, byte value) {
    try {
      LIBUSB.setByte.invokeExact(address, value);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  static void setInt(long address, int value) {
    try {
      LIBUSB.setInt.invokeExact(address, value);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  static void setLong(long address, long value) {
    try {
      LIBUSB.setLong.invokeExact(address, value);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  /** What only the JVM throws, such as at the end of a stack: nothing here declares anything. */
  static RuntimeException unchecked(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
  }
}
