package org.bulkhead.framework.internal.usb;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets only so many of a pipe's transfers be at the device at a time. The others wait here, and the
 * next one departs when one lands, within the transport's completion: what keeps the device busy
 * then is neither the driver nor the switch to its thread.
 *
 * <p>Transfers are added by the driver's thread, and land on the transport's. Who finds another one
 * starting transfers leaves it to him, so that they depart in order and nobody waits for anybody.
 * Nothing is allocated and nothing is locked.
 *
 * <p>After a transfer that did not complete none departs any more: those that wait, or are added,
 * come back cancelled. Then the pipe makes a new window.
 */
final class Window {

  /** What waits. A number tells one wait from another one of the same transfer. */
  interface Waiting {

    /** It waits from now on. Returns the number of this wait. */
    int waitsAt(Window window);

    /**
     * Its turn has come, if that wait is not over; false where it does not fly.
     *
     * @param nowNanos System.nanoTime, a moment ago
     */
    boolean depart(int wait, long nowNanos);

    /** It does not fly any more, if that wait is not over. */
    void abandon(int wait);
  }

  /** How many may wait; a power of two, as places wrap around after two thousand million. */
  static final int CAPACITY = 256;

  private static final int MASK = CAPACITY - 1;

  private final int size;
  private final Waiting[] waiting = new Waiting[CAPACITY];
  private final int[] waits = new int[CAPACITY];
  private final AtomicInteger landed = new AtomicInteger();

  /** How often somebody came to start transfers since the last one who does had none left. */
  private final AtomicInteger calls = new AtomicInteger();

  private volatile boolean broken;
  private volatile int tail; // written by the driver's thread
  private volatile int head; // written by who starts transfers
  private int departed; // of who starts transfers; others see at most too few

  /** An empty one that lets that many depart. */
  Window(int size) {
    this(size, 0);
  }

  /** One that has let as many pass by now. */
  Window(int size, int places) {
    this.size = size;
    tail = places;
    head = places;
  }

  int size() {
    return size;
  }

  boolean isBroken() {
    return broken;
  }

  boolean isFull() {
    return tail - head == CAPACITY;
  }

  /** Adds a transfer that waits; on the driver's thread, where the window is not full. */
  void add(Waiting transfer) {
    int place = tail;
    waits[place & MASK] = transfer.waitsAt(this);
    waiting[place & MASK] = transfer;
    tail = place + 1;
    if (mayStart()) {
      startWaiting(System.nanoTime());
    }
  }

  /**
   * One that departed has landed, or was freed.
   *
   * @param nowNanos System.nanoTime, a moment ago
   */
  void landed(boolean completed, long nowNanos) {
    if (!completed) {
      broken = true;
    }
    landed.incrementAndGet();
    if (mayStart()) {
      startWaiting(nowNanos);
    }
  }

  /**
   * Whether there may be something to do, after what the caller has changed. Who adds has written
   * the tail and reads who landed, who lands the other way round: one of them sees both.
   */
  private boolean mayStart() {
    return head != tail && (broken || departed - landed.get() < size);
  }

  private void startWaiting(long nowNanos) {
    if (calls.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    try {
      do {
        while (mayStart()) {
          next(nowNanos);
        }
        seen = calls.addAndGet(-seen);
      } while (seen != 0);
    } finally {
      if (seen != 0) {
        // An Error, as at the end of a stack or of the memory: whoever comes next cancels the rest.
        broken = true;
        calls.set(0);
      }
    }
  }

  private void next(long nowNanos) {
    int place = head;
    Waiting transfer = waiting[place & MASK];
    int wait = waits[place & MASK];
    waiting[place & MASK] = null;
    head = place + 1;
    if (broken) {
      transfer.abandon(wait);
    } else if (transfer.depart(wait, nowNanos)) {
      departed++;
    }
  }
}
