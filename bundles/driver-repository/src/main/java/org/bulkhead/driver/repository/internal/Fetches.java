package org.bulkhead.driver.repository.internal;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.osgi.service.log.Logger;

/**
 * What is being fetched, and what failed and when it may be tried again. Blocks nobody: fetching is
 * done by threads of the pool, and whoever is interested is told of the end.
 */
final class Fetches {

  /** So many at once from one repository; the others wait for the next time they are asked for. */
  private static final int MAX_AT_ONCE = 4;

  private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** What failed. */
  private record Failure(String why, int times, long retryNanos) {}

  private final DriverStore store;
  private final ExecutorService pool;
  private final ScheduledExecutorService clock;
  private final Logger log;
  private final Duration retry;
  private final Duration longestRetry;
  private final Runnable changed;
  private final Map<Offer, Fetch> running = new HashMap<>();
  private final Map<Offer, Failure> failures = new HashMap<>();

  /**
   * Nothing under way.
   *
   * @param retry the pause after the first failure
   * @param changed is run when something came, failed, or may be tried again
   */
  Fetches(
      DriverStore store,
      ExecutorService pool,
      ScheduledExecutorService clock,
      Logger log,
      Duration retry,
      Duration longestRetry,
      Runnable changed) {
    this.store = store;
    this.pool = pool;
    this.clock = clock;
    this.log = log;
    this.retry = retry;
    this.longestRetry = longestRetry;
    this.changed = changed;
  }

  /** Why it is not worth trying now; empty if it is. */
  synchronized String problem(Offer offer) {
    Failure failure = failures.get(offer);
    return failure == null || System.nanoTime() - failure.retryNanos() >= 0 ? "" : failure.why();
  }

  /** Starts fetching in the background, if there is room. */
  synchronized void wish(Offer offer) {
    long busy = running.keySet().stream().filter(o -> o.repository() == offer.repository()).count();
    if (!running.containsKey(offer) && busy < MAX_AT_ONCE) {
      start(offer);
    }
  }

  /** The fetch that is under way, or one that is started for a person who asks for it. */
  synchronized Fetch demand(Offer offer) {
    Fetch fetch = running.get(offer);
    return fetch != null ? fetch : start(offer);
  }

  private Fetch start(Offer offer) {
    Fetch fetch = new Fetch();
    running.put(offer, fetch);
    try {
      pool.execute(() -> run(offer, fetch));
    } catch (RejectedExecutionException stopped) {
      running.remove(offer);
      fetch.failed(new IOException("the gateway is being stopped", stopped));
    }
    return fetch;
  }

  private void run(Offer offer, Fetch fetch) {
    long size = offer.driver().content().sizeBytes();
    log.info("driver {} is being fetched, {} bytes", offer, size);
    long start = System.nanoTime();
    long[] last = {start, 0};
    try {
      store.fetch(
          offer.repository(),
          offer.driver(),
          n -> {
            fetch.came(n);
            last[1] += n;
            if (System.nanoTime() - last[0] > TELL_NANOS) {
              last[0] = System.nanoTime();
              log.info("driver {}: {} of {} bytes have come", offer, last[1], size);
            }
          });
      log.info(
          "driver {} came in {} ms and is what its repository says",
          offer,
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
      end(offer, null);
      fetch.succeeded();
    } catch (IOException | RuntimeException | Error e) {
      String why = IndexReader.oneLine(e);
      if (pool.isShutdown()) {
        fetch.failed(new IOException(why, e));
        return;
      }
      Duration pause = end(offer, why);
      log.warn(
          "driver {} cannot be had: {}; tried again after {} s", offer, why, pause.toSeconds());
      fetch.failed(new IOException(why, e));
      later(pause);
    }
    changed.run();
  }

  private void later(Duration pause) {
    try {
      clock.schedule(changed, pause.toMillis() + 1, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException stopped) {
      log.debug("nothing is tried again any more");
    }
  }

  private synchronized Duration end(Offer offer, String why) {
    running.remove(offer);
    Failure before = failures.remove(offer);
    if (why == null) {
      return Duration.ZERO;
    }
    int times = before == null ? 0 : before.times() + 1;
    Duration pause = retry.multipliedBy(1L << Math.min(times, 20));
    pause = pause.compareTo(longestRetry) < 0 ? pause : longestRetry;
    failures.put(offer, new Failure(why, times, System.nanoTime() + pause.toNanos()));
    return pause;
  }

  /** Forgets the failures of what is not offered any more. */
  synchronized void keepOnly(java.util.Collection<Offer> offers) {
    failures.keySet().retainAll(offers);
  }
}
