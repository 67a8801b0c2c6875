package org.bulkhead.itests.container;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Something that a test does on a second thread, waited for with a deadline. */
final class Background {

  /** What is done. */
  @FunctionalInterface
  interface Action {
    void run() throws Exception;
  }

  private final FutureTask<Void> task;
  private final Thread thread;

  private Background(Action action) {
    task =
        new FutureTask<>(
            () -> {
              action.run();
              return null;
            });
    thread = new Thread(task, "test-background");
  }

  static Background start(Action action) {
    Background background = new Background(action);
    background.thread.setDaemon(true);
    background.thread.start();
    return background;
  }

  /** Whether it waits for something. */
  boolean isWaiting() {
    return switch (thread.getState()) {
      case WAITING, TIMED_WAITING -> true;
      default -> false;
    };
  }

  /** Whether it waits there, by the end of the class's name: elsewhere it may wait as well. */
  boolean isWaitingIn(String className, String method) {
    return isWaiting()
        && Stream.of(thread.getStackTrace())
            .anyMatch(
                frame ->
                    frame.getClassName().endsWith("." + className)
                        && frame.getMethodName().equals(method));
  }

  boolean isDone() {
    return task.isDone();
  }

  /** Waits for its end; throws what it threw. */
  void await() throws Exception {
    try {
      task.get(ContainerTest.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException thrown) {
      if (thrown.getCause() instanceof Exception exception) {
        throw exception;
      }
      throw thrown;
    }
  }
}
