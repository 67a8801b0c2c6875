package org.bulkhead.framework.internal.weave;

import java.lang.invoke.CallSite;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.MutableCallSite;
import java.util.Arrays;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * Ends threads in the woven code of one class loader, whatever loop they are in.
 *
 * <p>All polls of the loader's classes are one call site, which does nothing and is compiled to
 * nothing. Only where a thread has to be ended is it re-targeted: compiled code is then thrown
 * away, and from the next loop turn or method entry on each poll looks for its own thread. That
 * costs the other compartments of the same driver some speed, so callers first see whether an
 * interrupt does.
 */
public final class StopSwitch {

  /** Values must not reach their keys, or no class loader of a driver would ever be collected. */
  private static final Map<ClassLoader, StopSwitch> SWITCHES = new WeakHashMap<>();

  private static final MethodType NOTHING = MethodType.methodType(void.class);
  private static final MethodHandle OFF = MethodHandles.zero(void.class);
  private static final Condemned[] NOBODY = {};

  private record Condemned(Thread thread, Error end) {}

  private final MutableCallSite site = new MutableCallSite(OFF);
  private final MethodHandle on;
  private volatile Condemned[] condemned = NOBODY;

  StopSwitch() {
    try {
      on = MethodHandles.lookup().findVirtual(StopSwitch.class, "poll", NOTHING).bindTo(this);
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /**
   * The switch of a class loader's code.
   *
   * @param loader the loader; null where it is not known, for a switch that no code is linked to
   */
  public static StopSwitch of(ClassLoader loader) {
    if (loader == null) {
      return new StopSwitch();
    }
    synchronized (SWITCHES) {
      return SWITCHES.computeIfAbsent(loader, l -> new StopSwitch());
    }
  }

  /** Whether a class loader's code has a switch: it is a driver's. */
  public static boolean isKnown(ClassLoader loader) {
    synchronized (SWITCHES) {
      return SWITCHES.containsKey(loader);
    }
  }

  /** Makes another loader's code, which is yet to be linked, obey this switch. */
  void adopt(ClassLoader loader) {
    synchronized (SWITCHES) {
      SWITCHES.put(loader, this);
    }
  }

  /** What polls are linked to. */
  public CallSite site() {
    return site;
  }

  /** Has an error thrown in a thread at each of its polls until {@link #release}. */
  public synchronized void condemn(Thread thread, Error end) {
    if (find(thread) < 0) {
      Condemned[] more = Arrays.copyOf(condemned, condemned.length + 1);
      more[condemned.length] = new Condemned(thread, end);
      retarget(more);
    }
  }

  /** The thread is out of the driver's code, or was never condemned. */
  public synchronized void release(Thread thread) {
    int found = find(thread);
    if (found >= 0) {
      Condemned[] fewer = Arrays.copyOf(condemned, condemned.length - 1);
      System.arraycopy(condemned, found + 1, fewer, found, fewer.length - found);
      retarget(fewer);
    }
  }

  /** Whether a thread is to be ended now. */
  public boolean armed() {
    return condemned.length > 0;
  }

  /** Whether this very thread is to be ended now. */
  public synchronized boolean isCondemned(Thread thread) {
    return find(thread) >= 0;
  }

  private int find(Thread thread) {
    for (int i = 0; i < condemned.length; i++) {
      if (condemned[i].thread == thread) {
        return i;
      }
    }
    return -1;
  }

  private void retarget(Condemned[] now) {
    boolean turned = armed() != now.length > 0;
    condemned = now;
    if (turned) {
      site.setTarget(armed() ? on : OFF);
      MutableCallSite.syncAll(new MutableCallSite[] {site});
    }
  }

  /**
   * One poll of code that is switched on. Flat and without allocation: it also has to work just
   * below the end of the stack.
   */
  @SuppressWarnings("unused") // by its method handle
  private void poll() {
    Thread current = Thread.currentThread();
    Condemned[] all = condemned;
    for (int i = 0; i < all.length; i++) {
      if (all[i].thread == current) {
        throw all[i].end;
      }
    }
  }
}
