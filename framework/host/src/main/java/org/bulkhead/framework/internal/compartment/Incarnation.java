package org.bulkhead.framework.internal.compartment;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.bulkhead.framework.internal.weave.ForbiddenCall;
import org.bulkhead.framework.internal.weave.Inhabitant;
import org.bulkhead.framework.internal.weave.Inhabitants;
import org.bulkhead.framework.internal.weave.StopSwitch;
import org.bulkhead.framework.internal.weave.Violation;

/**
 * One life of a driver: the gate through which every call enters its code, and what ends with it.
 *
 * <p>Callers cross on their own thread, one at a time. That makes a call cost less than a switch of
 * threads; the price is that a caller is captured by a driver that hangs, so the gate knows who is
 * inside and until when that is fine, and {@link #condemn} gets him out: it interrupts him, and
 * every wait of the framework's own that he is in throws {@link IncarnationEnded}. Where that does
 * not help within milliseconds, the polls woven into the driver's code throw it too.
 */
public final class Incarnation implements Inhabitant {

  /** Something that lives as long as the incarnation and can block a driver's thread. */
  public interface Part {

    /** The incarnation is over: end what is in flight and wake who waits. Does not block. */
    void condemned();

    /**
     * Waits until the transport uses nothing of it any more.
     *
     * @param untilNanos when to stop waiting
     */
    void awaitIdle(long untilNanos) throws InterruptedException;

    /** Cancels what is past its own deadline. Does not block. */
    void expire(long nowNanos);

    /** Gives everything back. Called once nobody is inside any more, or he was given up. */
    void free();
  }

  /**
   * Long enough to span the gaps of a stream, short enough that idle compartments hold no thread.
   */
  private static final long LINGER_MILLIS = 100;

  /** What an interrupt needs to have its effect; polls slow others down, so they come second. */
  private static final long INTERRUPT_MILLIS = 5;

  /** Waits there end with the incarnation, once the transport has given the transfer back. */
  private static final String ENDPOINTS = "org.bulkhead.framework.internal.usb.";

  private static final long AGAIN_MILLIS = 20;

  /**
   * How long who waits at the gate may be overtaken by who comes back at once, which spares a
   * switch of threads for each call; past it the gate is kept for him. Some ten calls.
   */
  private static final long OVERTAKEN_NANOS = 1_000_000;

  private final Compartment compartment;
  private final int number;
  private final SerialExecutor executor;
  private final Object gate = new Object();
  private final List<Part> parts = new CopyOnWriteArrayList<>();
  private final StopSwitch stop;
  private final Drill drill;
  private volatile long allowanceNanos;
  private volatile boolean condemned;
  private volatile Thread occupant;
  private volatile long allowedUntil;
  private int depth;

  /** Of those who wait at the gate, the one whose turn comes next; since when, and whether now. */
  private Thread next;

  private long nextSince;
  private boolean keptForNext;
  private long passed;
  private long entries;
  private long errors;
  private boolean interrupted;

  /**
   * A life that begins.
   *
   * @param stop the switch of the driver's code
   * @param call how long a call may take without progress
   * @param drill what is planted in the compartment
   */
  Incarnation(
      Compartment compartment,
      int number,
      Executor threads,
      StopSwitch stop,
      Duration call,
      Drill drill) {
    this.compartment = compartment;
    this.number = number;
    this.executor = new SerialExecutor(threads, LINGER_MILLIS, t -> compartment.thrown(this, t));
    this.stop = stop;
    this.drill = drill;
    allow(call);
    Inhabitants.add(this);
  }

  /** Sets how long the driver may go without progress from its next progress on. */
  void allow(Duration withoutProgress) {
    allowanceNanos = withoutProgress.toNanos();
  }

  /** Its number, from 1. */
  public int number() {
    return number;
  }

  /** The compartment that it is a life of. */
  public Compartment compartment() {
    return compartment;
  }

  /** Adds a part that ends with the incarnation. */
  public void add(Part part) {
    parts.add(part);
    if (condemned) {
      part.condemned();
    }
  }

  /** Forgets a part that was freed before the incarnation's end. */
  public void remove(Part part) {
    parts.remove(part);
  }

  /** Whether it is over. */
  public boolean isCondemned() {
    return condemned;
  }

  /**
   * Enters the driver's code.
   *
   * @param untilNanos when to stop waiting for the gate
   * @return false where the time ran out
   * @throws IncarnationEnded where it is over
   */
  public boolean enter(long untilNanos) {
    return enter(untilNanos, false);
  }

  private boolean enter(long untilNanos, boolean whateverInterrupts) {
    Thread me = Thread.currentThread();
    synchronized (gate) {
      check();
      if (isShutTo(me) && !awaitTurn(me, untilNanos, whateverInterrupts)) {
        return false;
      }
      progress(0);
      if (depth++ == 0) {
        entries++;
        occupant = me;
      }
      return true;
    }
  }

  private boolean isShutTo(Thread me) {
    return occupant != me && (occupant != null || keptForNext && next != me);
  }

  private boolean awaitTurn(Thread me, long untilNanos, boolean whateverInterrupts) {
    long since = System.nanoTime();
    try {
      while (isShutTo(me)) {
        if (next == null) {
          next = me;
          nextSince = since;
        }
        long left = untilNanos - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        try {
          TimeUnit.NANOSECONDS.timedWait(gate, left);
        } catch (InterruptedException caller) {
          if (!whateverInterrupts) {
            me.interrupt();
            return false;
          }
        }
        check();
      }
      return true;
    } finally {
      if (next == me) {
        next = null;
        keptForNext = false;
        // One of the others is next.
        gate.notifyAll();
      }
    }
  }

  /**
   * Leaves the driver's code. An interrupt that was meant for the driver does not leave with it.
   */
  public void exit() {
    synchronized (gate) {
      depth--;
      if (depth > 0) {
        return;
      }
      occupant = null;
      if (interrupted) {
        interrupted = false;
        Thread.interrupted();
      }
      if (condemned) {
        stop.release(Thread.currentThread());
        gate.notifyAll();
      } else if (next != null) {
        keptForNext = System.nanoTime() - nextSince > OVERTAKEN_NANOS;
        if (keptForNext) {
          gate.notifyAll();
        } else {
          gate.notify();
        }
      }
    }
  }

  /** The driver came back in good order from a call or a handler; called inside the gate. */
  public void passed() {
    passed++;
  }

  /** A transfer of the driver's failed; called inside the gate. */
  public void failed() {
    errors++;
  }

  /** Transfers that failed, as of about now. */
  long errors() {
    synchronized (gate) {
      return errors;
    }
  }

  /** Who is inside, or null. */
  Thread occupant() {
    return occupant;
  }

  /** Another number each time that somebody enters; read after {@link #occupant}. */
  long occupancy() {
    return entries;
  }

  /** Until when the driver may take without progress. */
  long allowedUntil() {
    return allowedUntil;
  }

  /** How many calls and handlers it came back from, as of the last time that somebody left. */
  long calls() {
    synchronized (gate) {
      return passed;
    }
  }

  /**
   * A driver's thread calls the framework.
   *
   * @throws IncarnationEnded where it is over
   */
  @Override
  public void check() {
    if (condemned) {
      throw ended();
    }
  }

  /** As {@link #check}, and where planted faults break out. */
  public void crossing() {
    check();
    if (drill.isPlanted()) {
      drill.breakOut(this, stop);
    }
  }

  /**
   * Progress: the driver may take its full time again, after a wait of this length.
   *
   * @return when the wait is over, of System.nanoTime
   */
  public long progress(long waitNanos) {
    long until = System.nanoTime() + waitNanos;
    allowedUntil = until + allowanceNanos;
    return until;
  }

  /** Runs a task of the driver's on its own thread, within the gate. */
  public void execute(Runnable crossing) {
    executor.execute(crossing);
  }

  /**
   * Runs driver code inside the gate; what it throws is a fault. Called on the executor's thread.
   */
  public void run(DriverCode code) {
    try {
      // What is queued here must run: a driver that interrupts its own thread loses nothing.
      Thread.interrupted();
      enter(Long.MAX_VALUE / 2 + System.nanoTime(), true);
    } catch (IncarnationEnded over) {
      return;
    }
    try {
      code.run();
    } catch (Throwable thrown) {
      compartment.thrown(this, thrown);
    } finally {
      exit();
    }
  }

  /** A piece of driver code. */
  @FunctionalInterface
  public interface DriverCode {

    /** Runs it. */
    void run() throws Throwable;
  }

  /**
   * Ends it: refuses entry, interrupts who is inside, wakes every wait and who waits at the gate,
   * even where nobody ever comes out of it. Does not block.
   */
  void condemn() {
    synchronized (gate) {
      condemned = true;
      interruptOccupant();
      gate.notifyAll();
    }
    for (Part part : parts) {
      part.condemned();
    }
  }

  private void interruptOccupant() {
    Thread inside = occupant;
    if (inside != null && inside != Thread.currentThread()) {
      interrupted = true;
      inside.interrupt();
    }
  }

  private void stopOccupant() {
    Thread inside = occupant;
    if (inside != null && inside != Thread.currentThread()) {
      stop.condemn(inside, ended());
    }
  }

  @Override
  public boolean isRunBy(Thread thread) {
    return occupant == thread;
  }

  @Override
  public void violated(Violation violation, ForbiddenCall call) {
    compartment.violated(this, violation, call);
  }

  /**
   * Looks for a driver that takes too long. Called by the supervisor.
   *
   * @return the thread that is inside past its time, or null
   */
  Thread overdue(long nowNanos) {
    for (Part part : parts) {
      part.expire(nowNanos);
    }
    Thread inside = occupant;
    return inside != null && nowNanos - allowedUntil > 0 ? inside : null;
  }

  /**
   * After {@link #condemn}: waits for threads and transfers, and frees what can be.
   *
   * @return how the last one left
   */
  Drained drain(Duration patience) throws InterruptedException {
    executor.close();
    long until = System.nanoTime() + patience.toNanos();
    boolean left;
    boolean ignored = false;
    synchronized (gate) {
      if (occupant != null) {
        gate.wait(INTERRUPT_MILLIS);
      }
      while (occupant != null && until - System.nanoTime() > 0) {
        // Again and again, as a driver may well swallow the first.
        ignored |= waitsOn(occupant);
        interruptOccupant();
        stopOccupant();
        gate.wait(AGAIN_MILLIS);
      }
      left = occupant == null;
    }
    if (left) {
      Inhabitants.remove(this);
    }
    for (Part part : parts) {
      part.awaitIdle(until);
      part.free();
    }
    return new Drained(left, ignored);
  }

  /**
   * How the last one left.
   *
   * @param left false where he is still inside
   * @param ignoredInterrupt whether he took an interrupt and waited on
   */
  record Drained(boolean left, boolean ignoredInterrupt) {}

  /** Whether a thread took its interrupt and went back to waiting, not in a wait of ours. */
  private static boolean waitsOn(Thread inside) {
    if (inside == null || inside == Thread.currentThread() || inside.isInterrupted()) {
      return false;
    }
    Thread.State state = inside.getState();
    if (state != Thread.State.WAITING && state != Thread.State.TIMED_WAITING) {
      return false;
    }
    for (StackTraceElement frame : inside.getStackTrace()) {
      String name = frame.getClassName();
      if (!name.startsWith("java.") && !name.startsWith("jdk.")) {
        return !name.startsWith(ENDPOINTS);
      }
    }
    return false;
  }

  private IncarnationEnded ended() {
    return new IncarnationEnded("incarnation " + number + " of " + compartment + " has ended");
  }
}
