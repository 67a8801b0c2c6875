package org.bulkhead.framework.internal.access;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Calls services that others wrote, with a deadline: a standard driver or locator has no
 * compartment, so that a thread and an exception are all that can be kept from the device manager.
 */
final class ThirdParty implements AutoCloseable {

  private final Duration deadline;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "device-access");
            thread.setDaemon(true);
            return thread;
          });

  ThirdParty(Duration deadline) {
    this.deadline = deadline;
  }

  /**
   * Calls and waits.
   *
   * @param what is called, for the message
   * @throws Exception what was thrown, Errors wrapped, or a TimeoutException past the deadline: the
   *     call is interrupted and its thread left to its fate
   */
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

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
