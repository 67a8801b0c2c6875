package org.bulkhead.transport.libusb.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.usb4java.Context;
import org.usb4java.DeviceHandle;
import org.usb4java.LibUsb;

/**
 * By Java's foreign-function API. libusb calls back into functions of this context, which are there
 * until the context was exited; what it hands them is the transfer's place in a table of ours.
 */
final class ForeignCalls implements NativeCalls {

  private static final long SECOND_MICROS = TimeUnit.SECONDS.toMicros(1);

  private final long context;
  private final Foreign.Stub landed;
  private final Foreign.Stub plugged;
  private final AtomicBoolean hotplug;

  /** A struct timeval of two longs, of whoever handles events. */
  private final ByteBuffer timeval = ByteBuffer.allocateDirect(2 * Long.BYTES);

  private final long timevalAddress = ForeignLibusb.address(timeval);

  /** What is thrown in a callback would end the JVM there. Of whoever handles events. */
  private Throwable thrown;

  /** What to call when a transfer landed, by its place. Written with this held. */
  private volatile Runnable[] places = new Runnable[16];

  private final Deque<Integer> freePlaces = new ArrayDeque<>(); // guarded by this
  private int usedPlaces; // guarded by this

  /**
   * Of an initialised context.
   *
   * @param hotplug raised by hot-plug events
   */
  ForeignCalls(Context context, AtomicBoolean hotplug) {
    this.context = context.getPointer();
    this.hotplug = hotplug;
    landed = stub("landed", MethodType.methodType(void.class, long.class));
    plugged =
        stub(
            "plugged",
            MethodType.methodType(int.class, long.class, long.class, int.class, long.class));
  }

  private Foreign.Stub stub(String method, MethodType type) {
    try {
      MethodHandle target = MethodHandles.lookup().bind(this, method, type);
      return ForeignLibusb.stub(target);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(method, e);
    }
  }

  @Override
  public int watchHotplug() {
    return ForeignLibusb.registerHotplug(
        context,
        LibUsb.HOTPLUG_EVENT_DEVICE_ARRIVED | LibUsb.HOTPLUG_EVENT_DEVICE_LEFT,
        plugged.address());
  }

  /** Called by libusb, with context, device, event and data of ours. 0: go on with it. */
  @SuppressWarnings("unused")
  private int plugged(long in, long device, int event, long data) {
    hotplug.set(true);
    return 0;
  }

  @Override
  public NativeTransfer allocate(
      DeviceHandle device,
      int endpointAddress,
      int type,
      int packets,
      ByteBuffer memory,
      Runnable whenLanded) {
    long struct = ForeignLibusb.allocateTransfer(packets);
    return struct == 0
        ? null
        : new ForeignTransfer(
            this, struct, take(whenLanded), device, endpointAddress, type, packets, memory);
  }

  private synchronized int take(Runnable whenLanded) {
    Integer place = freePlaces.poll();
    if (place == null) {
      place = usedPlaces++;
    }
    Runnable[] now = places;
    if (place == now.length) {
      now = Arrays.copyOf(now, 2 * place);
    }
    now[place] = whenLanded;
    places = now;
    return place;
  }

  /** The transfer of that place was freed. */
  synchronized void leave(int place) {
    places[place] = null;
    freePlaces.push(place);
  }

  long landedAddress() {
    return landed.address();
  }

  /** Called by libusb with the transfer. */
  @SuppressWarnings("unused")
  private void landed(long struct) {
    try {
      places[ForeignTransfer.place(struct)].run();
    } catch (Throwable e) {
      thrown = e;
    }
  }

  @Override
  public int handleEvents(long micros) {
    ForeignLibusb.setLong(timevalAddress, micros / SECOND_MICROS);
    ForeignLibusb.setLong(timevalAddress + Long.BYTES, micros % SECOND_MICROS);
    int code = ForeignLibusb.handleEvents(context, timevalAddress);
    Throwable e = thrown;
    if (e != null) {
      thrown = null;
      throw ForeignLibusb.unchecked(e);
    }
    return code;
  }

  @Override
  public void close() {
    landed.close();
    plugged.close();
  }
}
