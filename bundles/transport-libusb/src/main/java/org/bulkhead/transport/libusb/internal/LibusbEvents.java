package org.bulkhead.transport.libusb.internal;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.osgi.service.log.Logger;
import org.usb4java.Context;
import org.usb4java.LibUsb;

/**
 * The events of one context: completions, hot-plug. Whoever waits for a completion handles them
 * himself, as libusb's own synchronous calls do, so that no thread has to wake another; one thread
 * does it at a time, the one whose {@link Turn} it is. The event thread has the turn while nobody
 * waits, and where completions come to handlers.
 *
 * <p>Who handles events runs no driver code and waits for nobody, whoever's completions they are.
 * Out of poll it comes when there is an event, when its time is over, when it is interrupted, and
 * by {@link #wake}.
 */
final class LibusbEvents {

  /** Nothing depends on it: whoever wants the holder's attention interrupts the event handler. */
  private static final long LONGEST_MICROS = TimeUnit.MINUTES.toMicros(1);

  private static final long END_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** How often the event thread looks whether others still come by, while handlers wait for it. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** How often it looks while only those wait who can help themselves. */
  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** That many completions to handlers between two looks are a stream: it is not to wait. */
  private static final int STREAM = 3;

  /** libusb calls back until nothing is left, which a busy device may never let happen. */
  private static final int ROW = 16;

  /** That many ends are told in the callback itself, which then goes on with what they submit. */
  private static final int PROMPT = 64;

  private final Logger log;
  private final Context context;
  private final NativeCalls calls;
  private final AtomicBoolean hotplug;
  private final Runnable onHotplug;
  private final Turn turn = new Turn(this::interrupt);
  private final Wakeup wakeup = new Wakeup(this::interrupt);
  private final Queue<Runnable> afterEvents = new ConcurrentLinkedQueue<>();
  private final Thread thread = new Thread(this::run, "bulkhead libusb events");

  // Of whoever has the turn.
  private LibusbTransfer firstLanded;
  private LibusbTransfer lastLanded;
  private int landed;
  private int prompt;

  /** Completions to handlers. Written by whoever has the turn. */
  private volatile int handled;

  /** Flights whose completions go to handlers. */
  private final AtomicInteger unattended = new AtomicInteger();

  private volatile boolean aside;

  private volatile boolean stopping;

  /** Guards {@link #ended}, after which the context must not be touched. */
  private final Object ending = new Object();

  private boolean ended;

  // The event thread's.
  private int handledBefore;
  private long lookedAt;
  private boolean streaming;
  private boolean complained;

  /**
   * Starts the event thread.
   *
   * @param hotplug raised by hot-plug callbacks
   * @param onHotplug called soon after; does not block
   */
  LibusbEvents(
      Logger log, Context context, NativeCalls calls, AtomicBoolean hotplug, Runnable onHotplug) {
    this.log = log;
    this.context = context;
    this.calls = calls;
    this.hotplug = hotplug;
    this.onHotplug = onHotplug;
    thread.setDaemon(true);
    thread.start();
  }

  // --- who waits ---

  /** As {@link org.bulkhead.device.transport.BusTransfer#await}. */
  void await(BooleanSupplier over, long nanos) {
    StackRoom.check();
    long until = System.nanoTime() + nanos;
    long left = nanos;
    do {
      if (turn.tryTake()) {
        leadAndRelease(over, until, left);
      } else if (left > 0 && turn.follow(over, left)) {
        leadAndRelease(over, until, until - System.nanoTime());
      }
    } while (!over.getAsBoolean()
        && !Thread.currentThread().isInterrupted()
        && (left = until - System.nanoTime()) > 0);
    turn.pass();
  }

  private void leadAndRelease(BooleanSupplier over, long until, long left) {
    boolean works;
    try {
      works = lead(over, until, left);
    } finally {
      release();
    }
    if (!works) {
      LockSupport.parkNanos(this, Math.min(left, RETRY_NANOS));
    }
  }

  /** Handles events until the wait is over; false where libusb cannot. */
  private boolean lead(BooleanSupplier over, long until, long nanos) {
    Thread me = Thread.currentThread();
    long left = Math.max(0, nanos);
    boolean works = true;
    if (over.getAsBoolean() || me.isInterrupted()) {
      return true;
    }
    wakeup.arm();
    try {
      do {
        works = works(round(micros(left)));
      } while (works
          && !over.getAsBoolean()
          && !turn.isClaimed()
          && !me.isInterrupted()
          && (left = until - System.nanoTime()) > 0);
    } finally {
      wakeup.disarm();
    }
    return works;
  }

  private static long micros(long nanos) {
    return Math.min(LONGEST_MICROS, (nanos + 999) / 1_000);
  }

  private static boolean works(int code) {
    return code == LibUsb.SUCCESS || code == LibUsb.ERROR_INTERRUPTED;
  }

  /** As {@link org.bulkhead.device.transport.BusTransfer#wake}. */
  void wake(Thread waiter) {
    LockSupport.unpark(waiter);
    // He looks whether his wait is over after he has taken the turn.
    if (turn.isHeldBy(waiter)) {
      interrupt();
    }
  }

  private void interrupt() {
    synchronized (ending) {
      if (!ended) {
        LibUsb.interruptEventHandler(context);
      }
    }
  }

  /** A flight begins for whose end nobody waits. */
  void unattended() {
    if (unattended.getAndIncrement() == 0) {
      attend();
    }
  }

  /** Such a flight is over. */
  void attended() {
    unattended.decrementAndGet();
  }

  /** Has the event thread look at once. */
  void attend() {
    if (aside) {
      LockSupport.unpark(thread);
    }
  }

  // --- who has the turn ---

  private int round(long micros) {
    try {
      return calls.handleEvents(micros);
    } finally {
      prompt = 0;
      tellLanded();
      if (hotplug.get() && hotplug.getAndSet(false)) {
        onHotplug.run();
      }
      runAfterEvents();
    }
  }

  /**
   * A flight ended; in libusb's callback. Who waits for a completion of his own has all of them
   * told afterwards: nothing is submitted again before, so that others' traffic cannot keep him.
   * Only where others depart as it ends it is told at once, so often and no more in a round.
   */
  void landed(LibusbTransfer transfer) {
    boolean onEventThread = Thread.currentThread() == thread;
    if (!transfer.isAwaited()) {
      handled++;
      if (onEventThread) {
        // Its handler's thread may begin while others are still reaped.
        transfer.tell();
        return;
      }
    }
    if (prompt < PROMPT && transfer.isPrompt()) {
      prompt++;
      transfer.tell();
      return;
    }
    if (lastLanded == null) {
      firstLanded = transfer;
    } else {
      lastLanded.nextLanded = transfer;
    }
    lastLanded = transfer;
    landed++;
    if (onEventThread && landed == ROW) {
      tellLanded();
    }
  }

  private void tellLanded() {
    LibusbTransfer transfer = firstLanded;
    firstLanded = null;
    lastLanded = null;
    landed = 0;
    while (transfer != null) {
      LibusbTransfer next = transfer.nextLanded;
      transfer.nextLanded = null;
      transfer.tell();
      transfer = next;
    }
  }

  private void runAfterEvents() {
    for (Runnable task = afterEvents.poll(); task != null; task = afterEvents.poll()) {
      task.run();
    }
  }

  /** What was asked for since the last round is done by whoever finds the turn free first. */
  private void release() {
    do {
      runAfterEvents();
      turn.release();
    } while (!afterEvents.isEmpty() && turn.tryTake());
  }

  /** Whether this thread handles events: it is in a completion. */
  boolean isHandling() {
    return turn.isMine();
  }

  /** Runs a task soon, when no callback is under way. Does not block. */
  void afterEvents(Runnable task) {
    afterEvents.add(task);
    if (turn.isMine()) {
      return;
    }
    if (turn.tryTake()) {
      release();
      return;
    }
    interrupt();
    synchronized (ending) {
      if (ended) {
        runAfterEvents();
      }
    }
  }

  /**
   * Runs a task while nobody handles events or will begin to, after all tasks for then. Not from a
   * completion.
   *
   * @return false where those who handle them did not make way in time
   */
  boolean exclusively(Runnable task, long untilNanos) {
    if (!turn.claim(untilNanos)) {
      return false;
    }
    try {
      runAfterEvents();
      task.run();
    } finally {
      release();
    }
    return true;
  }

  // --- the event thread ---

  private void run() {
    while (!stopping) {
      if (turn.tryTake()) {
        handleEvents();
      }
      if (!stopping) {
        standAside();
      }
    }
  }

  private void handleEvents() {
    int code = LibUsb.SUCCESS;
    try {
      do {
        code = LibUsb.ERROR_OTHER;
        try {
          code = round(LONGEST_MICROS);
        } catch (RuntimeException | Error e) {
          log.error("libusb's event thread goes on after a failure", e);
        }
      } while (works(code) && !stopping && !turn.isClaimed() && !makesWay());
    } finally {
      release();
    }
    if (!works(code)) {
      if (!complained) {
        log.warn("libusb cannot handle events: {}; trying again", LibusbCode.name(code));
        complained = true;
      }
      LockSupport.parkNanos(this, RETRY_NANOS);
    }
  }

  /** Whether to leave the turn to one who waits. */
  private boolean makesWay() {
    if (!turn.isWaitedFor()) {
      return false;
    }
    look();
    return !streaming;
  }

  private void look() {
    long now = System.nanoTime();
    if (now - lookedAt >= LOOK_NANOS) {
      int before = handledBefore;
      handledBefore = handled;
      streaming = handledBefore - before >= STREAM && now - lookedAt < 4 * LOOK_NANOS;
      lookedAt = now;
    }
  }

  /** Until nobody comes by any more, or handlers are kept waiting between those who do. */
  private void standAside() {
    aside = true;
    int seen = turn.taken();
    while (!stopping) {
      LockSupport.parkNanos(this, unattended.get() > 0 ? LOOK_NANOS : IDLE_NANOS);
      int taken = turn.taken();
      look();
      if (streaming && turn.claim(Long.MAX_VALUE / 2 + System.nanoTime())) {
        handleEvents();
      } else if (taken == seen) {
        if (turn.isFree() && !turn.isWaitedFor()) {
          break;
        }
        turn.awaitRelease();
      }
      seen = taken;
    }
    aside = false;
  }

  // --- the end ---

  /**
   * Ends the event thread and all handling of events, for ever. Not in a completion.
   *
   * @return false where somebody does not come out, so that the context must stay
   */
  boolean end() {
    stopping = true;
    LockSupport.unpark(thread);
    interrupt();
    long until = System.nanoTime() + END_NANOS;
    if (!Waiting.join(thread, TimeUnit.NANOSECONDS.toMillis(END_NANOS)) || !turn.claim(until)) {
      return false;
    }
    // The turn is never given up again.
    synchronized (ending) {
      ended = true;
      runAfterEvents();
    }
    return true;
  }
}
