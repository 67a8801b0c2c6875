package org.bulkhead.transport.libusb.internal;

/**
 * Fails where a thread's stack is nearly used up. A driver that calls itself without end gets its
 * StackOverflowError here, not in the middle of a completion that may be another driver's: native
 * code cannot pass it on, and the completion would be lost.
 */
final class StackRoom {

  /** Some 4 KiB of compiled code's frames; a completion takes less than half of that. */
  private static final int FRAMES = 96;

  private StackRoom() {}

  /**
   * Does nothing where there is room.
   *
   * @throws StackOverflowError where there is not
   */
  static void check() {
    deep(FRAMES, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
  }

  /**
   * Passes on what no register takes, for frames of some size: a processor predicts where the last
   * sixteen or so calls return to, and as many bytes in small frames took three times as long.
   */
  private static int deep(
      int frames, int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, int k) {
    return frames == 0
        ? a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ k
        : deep(frames - 1, b, c, d, e, f, g, h, i, j, k, a);
  }
}
