package org.bulkhead.driver.repository.internal;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;

/** A fetch under way, for all who wait for it. */
final class Fetch {

  private static final long LOOK_MILLIS = 50;

  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private volatile long bytes;

  void came(long further) {
    bytes += further;
  }

  void succeeded() {
    end.complete(null);
  }

  void failed(IOException why) {
    end.completeExceptionally(why);
  }

  /**
   * Waits for the end, which comes: a fetch has a deadline.
   *
   * @param progress is told of further bytes, on the caller's thread
   * @throws IOException why it failed
   */
  void await(LongConsumer progress) throws IOException, InterruptedException {
    long told = 0;
    while (true) {
      try {
        end.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        progress.accept(bytes - told);
        return;
      } catch (TimeoutException notYet) {
        long now = bytes;
        progress.accept(now - told);
        told = now;
      } catch (ExecutionException e) {
        throw new IOException(IndexReader.oneLine(e.getCause()), e);
      }
    }
  }
}
