package org.bulkhead.framework.guard;

import java.lang.invoke.CallSite;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Properties;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.bulkhead.framework.internal.weave.Inhabitants;
import org.bulkhead.framework.internal.weave.StopSwitch;
import org.bulkhead.framework.internal.weave.Violation;

/**
 * What the calls of woven driver code were replaced by.
 *
 * <p>Runs on the driver's thread. Each method may throw an Error that ends the driver's
 * incarnation: where its time was over already, or because of the very call.
 */
public final class Guard {

  private Guard() {}

  /**
   * Links a poll: one call site for all classes of a class loader, which does nothing until a
   * driver of that loader has to be ended.
   *
   * @param caller the woven class
   * @param name not used
   * @param type takes nothing and returns nothing
   * @return the class loader's call site
   */
  public static CallSite poll(MethodHandles.Lookup caller, String name, MethodType type) {
    return StopSwitch.of(caller.lookupClass().getClassLoader()).site();
  }

  /**
   * A call that no driver may make.
   *
   * @param violation the name of a {@code Violation}
   * @param call the call, for people
   */
  public static void refuse(String violation, String call) {
    throw Inhabitants.violated(Violation.valueOf(violation), call);
  }

  /**
   * Refuses to start a thread; anything else that has a {@code start()} may.
   *
   * @param receiver what is being started
   */
  public static void starting(Object receiver) {
    if (receiver instanceof Thread thread) {
      throw Inhabitants.violated(
          Violation.FOREIGN_THREAD, "start of thread \"" + thread.getName() + "\"");
    }
  }

  /**
   * {@link System#setProperty}, but for what the gateway or Java itself goes by.
   *
   * @param key the property
   * @param value its value
   * @return its value until now, or null
   */
  public static String setProperty(String key, String value) {
    CheckedProperties.check("System.setProperty", key);
    return System.setProperty(key, value);
  }

  /**
   * {@link System#clearProperty}, but for what the gateway or Java itself goes by.
   *
   * @param key the property
   * @return its value until now, or null
   */
  public static String clearProperty(String key) {
    CheckedProperties.check("System.clearProperty", key);
    return System.clearProperty(key);
  }

  /**
   * {@link System#getProperties}, but a copy, and what the gateway or Java itself goes by cannot be
   * changed through it.
   *
   * @return the properties
   */
  public static Properties getProperties() {
    return new CheckedProperties();
  }

  /** A wait that an interrupt ends. */
  @FunctionalInterface
  private interface Wait {
    void await() throws InterruptedException;
  }

  /** As the uninterruptible form of the wait, but it ends with the incarnation. */
  private static void uninterruptibly(Wait wait) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          wait.await();
          return;
        } catch (InterruptedException perhapsTheEnd) {
          interrupted = true;
          Inhabitants.check();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * {@link Lock#lock}, until the incarnation ends.
   *
   * @param lock the lock
   */
  public static void lock(Lock lock) {
    uninterruptibly(lock::lockInterruptibly);
  }

  /**
   * {@link Condition#awaitUninterruptibly}, until the incarnation ends.
   *
   * @param condition the condition
   */
  public static void awaitUninterruptibly(Condition condition) {
    uninterruptibly(condition::await);
  }

  /**
   * {@link Semaphore#acquireUninterruptibly()}, until the incarnation ends.
   *
   * @param semaphore the semaphore
   */
  public static void acquireUninterruptibly(Semaphore semaphore) {
    uninterruptibly(semaphore::acquire);
  }

  /**
   * {@link Semaphore#acquireUninterruptibly(int)}, until the incarnation ends.
   *
   * @param semaphore the semaphore
   * @param permits how many
   */
  public static void acquireUninterruptibly(Semaphore semaphore, int permits) {
    uninterruptibly(() -> semaphore.acquire(permits));
  }

  /**
   * {@link CompletableFuture#join}, until the incarnation ends.
   *
   * @param future the future
   * @return its result
   */
  public static Object join(CompletableFuture<?> future) {
    uninterruptibly(
        () -> {
          try {
            future.get();
          } catch (ExecutionException | CancellationException told) {
            // By the join below, in its own way.
          }
        });
    return future.join();
  }
}
