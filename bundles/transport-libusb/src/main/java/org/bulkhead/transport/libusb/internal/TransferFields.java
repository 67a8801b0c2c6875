package org.bulkhead.transport.libusb.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import org.usb4java.Transfer;

/**
 * How a native transfer ended, read where libusb wrote it: two fields of {@code struct
 * libusb_transfer}, whose layout is part of libusb's binary interface. usb4java's accessors look
 * their pointer up by name in the JVM, at each call; that takes longer than libusb needs for the
 * whole transfer.
 *
 * <p>What else the struct holds is compared with what was set before anything is read from it.
 * Where that differs, or the JVM does not let memory be read, usb4java's accessors are asked.
 */
final class TransferFields {

  // After the pointer to the device: flags, endpoint, type, time-out.
  private static final int ENDPOINT = 1;
  private static final int TYPE = 2;
  private static final int STATUS = 8;
  private static final int LENGTH = 12;
  private static final int ACTUAL_LENGTH = 16;

  /** Unsafe.getInt(long), getByte(long) and addressSize(), or null. */
  private static final MethodHandle GET_INT = unsafe("getInt", int.class, long.class);

  private static final MethodHandle GET_BYTE = unsafe("getByte", byte.class, long.class);
  private static final MethodHandle ADDRESS_SIZE = unsafe("addressSize", int.class);

  private final Transfer transfer;

  /** Of what follows the pointer to the device; 0 where usb4java is asked. */
  private final long address;

  /**
   * Of a transfer whose fields are set.
   *
   * @param transfer not freed as long as it is asked for
   */
  TransferFields(Transfer transfer, byte endpoint, byte type, int length) {
    this.transfer = transfer;
    this.address = addressOf(transfer, endpoint, type, length);
  }

  /** One of libusb's LIBUSB_TRANSFER_ codes. */
  int status() {
    return address == 0 ? transfer.status() : getInt(address + STATUS);
  }

  /** Bytes that were moved. */
  int actualLength() {
    return address == 0 ? transfer.actualLength() : getInt(address + ACTUAL_LENGTH);
  }

  /** Whether the struct is read itself. */
  boolean areRead() {
    return address != 0;
  }

  private static long addressOf(Transfer transfer, byte endpoint, byte type, int length) {
    if (GET_INT == null || GET_BYTE == null || ADDRESS_SIZE == null) {
      return 0;
    }
    try {
      long after = transfer.getPointer() + (int) ADDRESS_SIZE.invokeExact();
      return (byte) GET_BYTE.invokeExact(after + ENDPOINT) == endpoint
              && (byte) GET_BYTE.invokeExact(after + TYPE) == type
              && getInt(after + LENGTH) == length
          ? after
          : 0;
    } catch (UnsupportedOperationException forbidden) {
      // Java 24 and later may be told so: --sun-misc-unsafe-memory-access=deny.
      return 0;
    } catch (Throwable impossible) {
      throw new LinkageError("sun.misc.Unsafe", impossible);
    }
  }

  private static int getInt(long at) {
    try {
      return (int) GET_INT.invokeExact(at);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable impossible) {
      throw new LinkageError("sun.misc.Unsafe", impossible);
    }
  }

  /** By name, so that neither compilers nor the container need to know the package. */
  private static MethodHandle unsafe(String method, Class<?> result, Class<?>... parameters) {
    try {
      Class<?> type = Class.forName("sun.misc.Unsafe", true, null);
      Field instance = type.getDeclaredField("theUnsafe");
      instance.setAccessible(true);
      return MethodHandles.publicLookup()
          .findVirtual(type, method, MethodType.methodType(result, parameters))
          .bindTo(instance.get(null));
    } catch (ReflectiveOperationException | RuntimeException goneOrForbidden) {
      return null;
    }
  }
}
