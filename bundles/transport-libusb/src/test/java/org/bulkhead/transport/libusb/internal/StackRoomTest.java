package org.bulkhead.transport.libusb.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Interpreted at first, compiled by the end: each of the threads calls itself thousands of times.
 */
class StackRoomTest {

  private static final int THREADS = 300;

  /** Interpreted some 3.5 KiB, compiled a third of it. */
  private static final int FRAMES = 30;

  private int begun;
  private int ended;

  private static int use(int frames) {
    return frames == 0 ? 0 : 1 + use(frames - 1);
  }

  private void recurse() {
    StackRoom.check();
    begun++;
    use(FRAMES);
    ended++;
    recurse();
  }

  private void overflow() {
    try {
      recurse();
    } catch (StackOverflowError expected) {
      // Where it came is what counts.
    }
  }

  @Test
  void whatComesAfterTheLook_findsItsRoom() throws InterruptedException {
    for (int i = 0; i < THREADS; i++) {
      // Of many sizes, so that the stacks end at other places within a page and a frame.
      Thread thread = new Thread(null, this::overflow, "overflows", (256 << 10) + i % 64 * 4096L);
      thread.start();
      thread.join();
      assertThat(ended).as("looks that were followed by all of the work").isEqualTo(begun);
    }
    assertThat(begun).isGreaterThan(THREADS);
  }
}
