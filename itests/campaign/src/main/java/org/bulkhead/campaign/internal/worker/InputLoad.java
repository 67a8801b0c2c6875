package org.bulkhead.campaign.internal.worker;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.bulkhead.campaign.internal.worker.Deviation.Kind;
import org.bulkhead.device.input.GapEvent;
import org.bulkhead.device.input.InputDevice;
import org.bulkhead.device.input.InputEvent;
import org.bulkhead.device.input.InputListener;
import org.bulkhead.device.input.KeyEvent;
import org.bulkhead.device.input.Led;
import org.bulkhead.transport.sim.SimHid;

/** Presses keys of a keyboard and compares the events; sets its lights. */
final class InputLoad implements Load, InputListener {

  private static final long AFTER_FAULT_NANOS = 30_000_000L;
  private static final long LONGEST_NANOS = 5_000_000_000L;
  private static final long SLICE_MILLIS = 5;
  private static final int MOST_WAITS = 30;
  private static final int KEYS_PER_ROUND = 6;
  private static final int FIRST_KEY = 0x04;
  private static final int KEYS = 26;
  private static final int KEYBOARD = 0x07;

  private final InputDevice device;
  private final SimHid keyboard;
  private final Beside beside;
  private final BlockingQueue<InputEvent> events = new LinkedBlockingQueue<>();
  private final long patienceNanos;
  private int key;

  /** Whether something of a round before may still be on its way. */
  private boolean troubled;

  /** Whether a key was held down, as the load settled, that it never presses. */
  private boolean strange;

  InputLoad(InputDevice device, SimHid keyboard, Beside beside, long patienceNanos) {
    this.patienceNanos = patienceNanos;
    this.device = device;
    this.keyboard = keyboard;
    this.beside = beside;
  }

  @Override
  public void received(InputEvent event) {
    events.add(event);
  }

  @Override
  public void round() throws Deviation {
    if (troubled) {
      settle();
    }
    troubled = true;
    events.clear();
    for (int i = 0; i < KEYS_PER_ROUND; i++) {
      key = (key + 1) % KEYS;
      keyboard.press(FIRST_KEY + key);
      expect(true);
      keyboard.release(FIRST_KEY + key);
      expect(false);
    }
    Set<Led> lights = key % 2 == 0 ? EnumSet.of(Led.CAPS_LOCK) : EnumSet.noneOf(Led.class);
    try {
      device.setLeds(lights);
    } catch (IOException | RuntimeException | Error thrown) {
      throw Deviation.of(thrown);
    }
    beside.progress();
    if (!keyboard.leds().equals(lights)) {
      throw new Deviation(Kind.WRONG, "the lights are not as they were set");
    }
    troubled = false;
  }

  private void expect(boolean down) throws Deviation {
    int usage = KEYBOARD << 16 | FIRST_KEY + key;
    long start = System.nanoTime();
    InputEvent event = next(start);
    boolean told = beside.disturbed();
    while (event instanceof GapEvent) {
      told = true;
      event = next(start);
    }
    if (event instanceof KeyEvent seen && seen.usage() == usage && seen.down() == down) {
      beside.progress();
      return;
    }
    throw new Deviation(
        told || beside.disturbed() ? Kind.TOLD : Kind.WRONG,
        event == null ? "a key went unnoticed" : "another key came");
  }

  /** What was lost with the driver does not come, so it is not waited for. */
  private InputEvent next(long start) throws Deviation {
    long lost = System.nanoTime() + AFTER_FAULT_NANOS;
    InputEvent event = null;
    try {
      while (event == null
          && !isOver(System.nanoTime() - start)
          && (!beside.disturbed() || System.nanoTime() - lost < 0)) {
        event = events.poll(SLICE_MILLIS, TimeUnit.MILLISECONDS);
      }
      return event;
    } catch (InterruptedException interrupted) {
      throw new Deviation(Kind.BEYOND, "the round never ended");
    }
  }

  private boolean isOver(long nanos) {
    return nanos > LONGEST_NANOS || nanos > patienceNanos && !beside.sound();
  }

  @Override
  public void settle() {
    strange = false;
    // What the device still has to tell comes within its next polls.
    keyboard.release(FIRST_KEY + key);
    int calm = 0;
    for (int i = 0; i < MOST_WAITS && calm < 3; i++, calm++) {
      LockSupport.parkNanos(3_000_000L);
      if (!events.isEmpty() || keyboard.waiting() > 0 && calm > 0) {
        discard();
        calm = keyboard.waiting() > 0 ? calm : 0;
      }
    }
    discard();
  }

  private void discard() {
    for (InputEvent event = events.poll(); event != null; event = events.poll()) {
      strange |= event instanceof KeyEvent key && key.down() && !isOwn(key.usage());
    }
  }

  private static boolean isOwn(int usage) {
    int key = usage - (KEYBOARD << 16) - FIRST_KEY;
    return 0 <= key && key < KEYS;
  }

  @Override
  public boolean strange() {
    return strange;
  }

  @Override
  public void close() {}
}
