package org.bulkhead.framework.internal.session;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bulkhead.device.input.GapEvent;
import org.bulkhead.device.input.InputDevice;
import org.bulkhead.device.input.InputSource;
import org.bulkhead.device.input.KeyEvent;
import org.bulkhead.device.input.KeyboardText;
import org.bulkhead.device.input.PointerEvent;
import org.bulkhead.device.input.PointerMotion;
import org.bulkhead.device.input.ReportEvent;
import org.bulkhead.framework.internal.compartment.Incarnation;
import org.bulkhead.framework.internal.input.InputHub;

/**
 * The input device in front of a driver's source: makes events of what the driver tells, and
 * releases what is held when the incarnation ends. What comes from an incarnation that is over is
 * refused under the same lock, so nothing can go down again after that. Thread-safe.
 */
final class InputFront implements Front {

  /** More keys than anybody has fingers, to bound what a driver can make us keep. */
  private static final int MAX_HELD = 512;

  private final InputSession device;
  private final InputHub hub;
  private final KeyboardText text;
  private final Set<Integer> held = new LinkedHashSet<>();
  private PointerMotion pointer;
  private boolean served;
  private boolean connected;

  InputFront(InputSession device, InputHub hub) {
    this.device = device;
    this.hub = hub;
    text = new KeyboardText(hub.layout());
  }

  @Override
  public Class<?> offeredType() {
    return InputDevice.class;
  }

  @Override
  public Object offered() {
    return device;
  }

  @Override
  public Object guarded(Object service, Incarnation incarnation) {
    return new GuardedSource((InputSource) service, device, this, incarnation);
  }

  @Override
  public void present() {
    // It is connected while it attaches, before it serves.
  }

  /** An incarnation begins to tell; not the first one: what came meanwhile is missing. */
  synchronized void connected() {
    if (served) {
      hub.post(new GapEvent(device, Instant.now(), 0));
    }
    served = true;
    connected = true;
  }

  synchronized void key(Incarnation from, int usage, boolean down) {
    from.check();
    if (down ? held.size() < MAX_HELD && held.add(usage) : held.remove(usage)) {
      changed(usage, down);
    }
  }

  private void changed(int usage, boolean down) {
    String typed = text.key(usage, down);
    hub.post(new KeyEvent(device, Instant.now(), usage, down, text.modifiers(), typed));
  }

  synchronized void pointer(Incarnation from, PointerMotion motion) {
    from.check();
    pointer = motion;
    hub.post(new PointerEvent(device, Instant.now(), motion));
  }

  synchronized void report(Incarnation from, int id, ByteBuffer data) {
    from.check();
    ByteBuffer copy =
        ByteBuffer.allocate(data.remaining())
            .put(data.duplicate())
            .flip()
            .asReadOnlyBuffer()
            .order(ByteOrder.LITTLE_ENDIAN);
    hub.post(new ReportEvent(device, Instant.now(), id, copy));
  }

  @Override
  public synchronized void ended() {
    if (!connected) {
      return;
    }
    connected = false;
    List<Integer> down = new ArrayList<>(held);
    held.clear();
    down.forEach(usage -> changed(usage, false));
    if (pointer != null && pointer.buttons() != 0) {
      hub.post(new PointerEvent(device, Instant.now(), released(pointer)));
    }
    pointer = null;
    text.reset();
    hub.post(new GapEvent(device, Instant.now(), 0));
  }

  private static PointerMotion released(PointerMotion last) {
    return new PointerMotion(
        last.absolute(),
        last.absolute() ? last.x() : 0,
        last.absolute() ? last.y() : 0,
        last.maxX(),
        last.maxY(),
        0,
        0,
        0);
  }
}
