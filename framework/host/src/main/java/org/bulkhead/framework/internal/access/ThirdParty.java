package org.bulkhead.framework.internal.access;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.log.Logger;

/**
 * Calls services that others wrote, with a deadline: a standard driver or locator has no
 * compartment, so that a thread and an exception are all that can be kept from the device manager.
 * Who lets the deadline pass too often is not asked any more. Thread-safe.
 */
final class ThirdParty implements AutoCloseable {

  /** So many calls that did not return in time, and a service is not asked any more. */
  static final int MAX_TIMEOUTS = 3;

  private static final long IDLE_SECONDS = 10;

  private final BundleContext context;
  private final Logger log;
  private final Duration deadline;
  private final Map<ServiceReference<?>, Integer> timeouts = new ConcurrentHashMap<>();
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          task -> {
            Thread thread = new Thread(task, "device-access");
            thread.setDaemon(true);
            return thread;
          });

  ThirdParty(BundleContext context, Logger log, Duration deadline) {
    this.context = context;
    this.log = log;
    this.deadline = deadline;
  }

  Duration deadline() {
    return deadline;
  }

  /** The threads, for calls that nobody waits for. */
  ExecutorService threads() {
    return threads;
  }

  /** A call of a service. */
  @FunctionalInterface
  interface Call<S, T> {
    T on(S service) throws Exception;
  }

  /**
   * Gets a service, calls it and gives it back. All of that is foreign code where the service comes
   * from a factory.
   *
   * @param what is called, for the message
   * @return what the call returned, null also where the service is gone
   * @throws Exception what was thrown, Errors wrapped, or a TimeoutException past the deadline: the
   *     call is interrupted and its thread left to its fate
   */
  <S, T> T call(ServiceReference<S> reference, String what, Call<S, T> code) throws Exception {
    try {
      return call(what, () -> use(reference, code));
    } catch (TimeoutException late) {
      if (timeouts.merge(reference, 1, Integer::sum) == MAX_TIMEOUTS) {
        log.error(
            "{} of bundle {} timed out {} times and is not asked any more; restart the bundle to"
                + " try again",
            what,
            reference.getBundle(),
            MAX_TIMEOUTS);
      }
      throw late;
    }
  }

  /** Gets a service, calls it on this thread and gives it back. */
  <S, T> T use(ServiceReference<S> reference, Call<S, T> code) throws Exception {
    S service = context.getService(reference);
    if (service == null) {
      return null;
    }
    try {
      return code.on(service);
    } finally {
      try {
        context.ungetService(reference);
      } catch (IllegalStateException | IllegalArgumentException stopped) {
        // The framework's bundle has stopped during the call.
      }
    }
  }

  /** Runs foreign code that belongs to no service, and waits. */
  <T> T call(String what, Callable<T> code) throws Exception {
    Future<T> call = threads.submit(code);
    try {
      return call.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      call.cancel(true);
      throw new TimeoutException(what + " did not return within " + deadline.toMillis() + " ms");
    } catch (ExecutionException thrown) {
      if (thrown.getCause() instanceof Exception exception) {
        throw exception;
      }
      throw thrown;
    }
  }

  /** Runs foreign code that nobody waits for. */
  void later(Runnable code) {
    try {
      threads.execute(code);
    } catch (RejectedExecutionException closed) {
      log.debug("left undone at the device manager's end");
    }
  }

  /** Whether a service has not let its deadline pass too often. */
  boolean isAsked(ServiceReference<?> reference) {
    return timeouts.getOrDefault(reference, 0) < MAX_TIMEOUTS;
  }

  /** Does not ask a service any more, which has done enough. */
  void giveUp(ServiceReference<?> reference) {
    timeouts.put(reference, MAX_TIMEOUTS);
  }

  /** A service is gone, or is given another chance. */
  void forget(ServiceReference<?> reference) {
    timeouts.remove(reference);
  }

  /** Whether getting a service runs no foreign code; the framework sets this property itself. */
  static boolean isPlain(ServiceReference<?> reference) {
    return Constants.SCOPE_SINGLETON.equals(reference.getProperty(Constants.SERVICE_SCOPE));
  }

  /** What was thrown, as text, even where that throws in turn. */
  static String describe(Throwable thrown) {
    try {
      Throwable told = thrown instanceof ExecutionException ? thrown.getCause() : thrown;
      return String.valueOf(told);
    } catch (Throwable hostile) {
      return thrown.getClass().getName() + ", whose message cannot be had";
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
