package org.bulkhead.transport.libusb.internal;

/**
 * Fails where a thread's stack is nearly used up. A driver that calls itself without end gets its
 * StackOverflowError here, not in the middle of a completion that may be another driver's: native
 * code cannot pass it on, and the completion would be lost.
 */
final class StackRoom {

  /** Some 8 KiB of compiled code's frames; a completion takes less than half of that. */
  private static final int FRAMES = 250;

  private StackRoom() {}

  /**
   * Does nothing where there is room.
   *
   * @throws StackOverflowError where there is not
   */
  static void check() {
    deep(FRAMES);
  }

  private static int deep(int frames) {
    return frames == 0 ? 0 : 1 + deep(frames - 1);
  }
}
