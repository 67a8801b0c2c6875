package org.bulkhead.campaign.internal.mutant;

import static org.bulkhead.campaign.internal.mutant.Opcode.GREATER;
import static org.bulkhead.campaign.internal.mutant.Opcode.GREATER_OR_EQUAL;
import static org.bulkhead.campaign.internal.mutant.Opcode.LESS;
import static org.bulkhead.campaign.internal.mutant.Opcode.LESS_OR_EQUAL;

import java.time.Duration;

/**
 * Goes into the jar of each mutated driver: every point at which the driver can be made to err asks
 * here whether it is its turn. Arming a fault is the write of a field, so one jar holds all of a
 * driver's mutants.
 *
 * <p>A driver is never inside its code on two threads, so the counts need no lock.
 */
public final class Mutant {

  /** By how much time-outs of drivers are shorter in a campaign. */
  private static final int SHORTER = 20;

  private static volatile int armed = -1;
  private static int skip;
  private static int count;
  private static int reached;
  private static volatile int fired;
  private static volatile long firedAt;
  private static volatile long lastFiredAt;
  private static volatile long lifeSince;

  private Mutant() {}

  /** Arms a point: the first times that it is reached go well, then so many go wrong. */
  public static void arm(int point, int skipTimes, int countTimes) {
    armed = -1;
    skip = skipTimes;
    count = countTimes;
    reached = 0;
    fired = 0;
    firedAt = 0;
    armed = point;
  }

  /** Nothing goes wrong from here on. */
  public static void disarm() {
    armed = -1;
  }

  /** How often the armed point went wrong. */
  public static int fired() {
    return fired;
  }

  /** When it first did, as {@link System#nanoTime()}. */
  public static long firedAt() {
    return firedAt;
  }

  /** When any point last did, be it an earlier one that was armed; 0 for never. */
  public static long lastFiredAt() {
    return lastFiredAt;
  }

  /** A life of the driver begins: called as its {@code attach} is entered. */
  public static void begins() {
    lifeSince = System.nanoTime();
  }

  /** When the driver's present life began. */
  public static long lifeSince() {
    return lifeSince;
  }

  /** Whether a point goes wrong now. */
  public static boolean on(int point) {
    return point == armed && strikes();
  }

  private static boolean strikes() {
    if (reached < skip || fired >= count) {
      reached++;
      return false;
    }
    lastFiredAt = System.nanoTime();
    if (fired == 0) {
      firedAt = lastFiredAt;
    }
    fired++;
    return true;
  }

  /** Arithmetic: swapped operands where their order matters, else another operator. */
  public static int ints(int a, int b, int operator, int point) {
    return (int) Opcode.compute(a, b, operator, on(point), false);
  }

  /** The same of longs. */
  public static long longs(long a, long b, int operator, int point) {
    return Opcode.compute(a, b, operator, on(point), true);
  }

  /** A shift of a long: the other way. */
  public static long shift(long a, int b, int operator, int point) {
    return Opcode.compute(a, b, operator, on(point), true);
  }

  /** A comparison, inverted by its first point, off by its boundary by the second. */
  public static boolean compare(int a, int b, int operator, int point) {
    int used = operator;
    if (on(point + 1)) {
      used =
          switch (operator) {
            case LESS -> LESS_OR_EQUAL;
            case LESS_OR_EQUAL -> LESS;
            case GREATER -> GREATER_OR_EQUAL;
            case GREATER_OR_EQUAL -> GREATER;
            default -> operator;
          };
    }
    return Opcode.holds(a, b, used) != on(point);
  }

  /** The same with zero. */
  public static boolean sign(int a, int operator, int point) {
    return compare(a, 0, operator, point);
  }

  /** Whether two references are the same, or the inverse. */
  public static boolean same(Object a, Object b, int point) {
    return (a == b) != on(point);
  }

  /** Whether a reference is null, or the inverse. */
  public static boolean isNull(Object a, int point) {
    return (a == null) != on(point);
  }

  /** What a switch branches by: the next branch. */
  public static int selector(int value, int point) {
    return on(point) ? value + 1 : value;
  }

  /** A constant: one more by the first point, another one by the second. */
  public static int constant(int value, int point) {
    if (on(point)) {
      return value + 1;
    }
    return on(point + 1) ? value ^ 0x55 : value;
  }

  /** The same of a long. */
  public static long constant(long value, int point) {
    if (on(point)) {
      return value + 1;
    }
    return on(point + 1) ? value ^ 0x55 : value;
  }

  /** A step of a counter: lost by the first point, doubled by the second. */
  public static int step(int value, int point) {
    if (on(point)) {
      return 0;
    }
    return on(point + 1) ? value * 2 : value;
  }

  /** What is stored: the old value where the store is lost. */
  public static int stored(int value, int old, int point) {
    return on(point) ? old : value;
  }

  /** The same of a long. */
  public static long stored(long value, long old, int point) {
    return on(point) ? old : value;
  }

  /** The same of a reference. */
  public static Object stored(Object value, Object old, int point) {
    return on(point) ? old : value;
  }

  /**
   * Stands for {@link Duration#ofSeconds}: what a driver waits for a device, shortened, because a
   * campaign meets thousands of devices that do not answer.
   */
  public static Duration seconds(long seconds) {
    return Duration.ofMillis(seconds * 1_000 / SHORTER);
  }

  /** A reference, or null. */
  public static Object result(Object value, int point) {
    return on(point) ? null : value;
  }
}
