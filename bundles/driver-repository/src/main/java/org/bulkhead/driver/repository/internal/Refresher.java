package org.bulkhead.driver.repository.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.osgi.service.log.Logger;

/**
 * Reads the repositories' indexes again and again, each on its own, so that none waits for another.
 */
final class Refresher {

  private static final Duration LOOK_INTO_FOLDERS = Duration.ofSeconds(2);
  private static final int MAX_LEFT_OUT_LINES = 10;

  /** How often indexes are read. */
  record Pace(Duration refresh, Duration retry) {}

  private final ExecutorService pool;
  private final ScheduledExecutorService clock;
  private final Logger log;
  private final Pace pace;
  private final Runnable changed;
  private final Map<Repository, CompletableFuture<Void>> running = new HashMap<>();
  private final Map<Repository, ScheduledFuture<?>> next = new HashMap<>();
  private final Map<Repository, Integer> failures = new HashMap<>();

  Refresher(
      ExecutorService pool,
      ScheduledExecutorService clock,
      Logger log,
      Pace pace,
      Runnable changed) {
    this.pool = pool;
    this.clock = clock;
    this.log = log;
    this.pace = pace;
    this.changed = changed;
  }

  /** Reads an index now, and from then on as the pace says. */
  synchronized CompletableFuture<Void> refresh(Repository repository) {
    CompletableFuture<Void> under = running.get(repository);
    if (under != null) {
      return under;
    }
    ScheduledFuture<?> planned = next.remove(repository);
    if (planned != null) {
      planned.cancel(false);
    }
    CompletableFuture<Void> end = new CompletableFuture<>();
    running.put(repository, end);
    try {
      pool.execute(() -> run(repository, end));
    } catch (RejectedExecutionException stopped) {
      end.complete(null);
    }
    return end;
  }

  private void run(Repository repository, CompletableFuture<Void> end) {
    String before = repository.problem();
    try {
      if (repository.restore()) {
        log.info(
            "repository {} offered {} drivers last time", repository, repository.offers().size());
        changed.run();
      }
      List<String> leftOut = new ArrayList<>();
      boolean news = repository.refresh(leftOut::add);
      if (pool.isShutdown()) {
        return;
      }
      tell(repository, before, leftOut);
      if (news) {
        log.info("repository {} offers {} drivers", repository, repository.offers().size());
        changed.run();
      }
    } finally {
      plan(repository);
      end.complete(null);
    }
  }

  private void tell(Repository repository, String before, List<String> leftOut) {
    String problem = repository.problem();
    if (!problem.isEmpty() && !problem.equals(before)) {
      log.warn(
          "repository {} cannot be read: {}; its {} known drivers stay known, and it is tried again",
          repository,
          problem,
          repository.offers().size());
    } else if (problem.isEmpty() && !before.isEmpty()) {
      log.info("repository {} can be read again", repository);
    }
    leftOut.stream()
        .limit(MAX_LEFT_OUT_LINES)
        .forEach(what -> log.warn("repository {} leaves a driver out: {}", repository, what));
    if (leftOut.size() > MAX_LEFT_OUT_LINES) {
      log.warn("repository {}: {} such entries in all", repository, leftOut.size());
    }
  }

  private synchronized void plan(Repository repository) {
    running.remove(repository);
    try {
      next.put(
          repository,
          clock.schedule(
              () -> refresh(repository), pause(repository).toMillis(), TimeUnit.MILLISECONDS));
    } catch (RejectedExecutionException stopped) {
      log.debug("repositories are not read any more");
    }
  }

  private Duration pause(Repository repository) {
    if (repository.isLocal()) {
      return LOOK_INTO_FOLDERS;
    }
    if (repository.problem().isEmpty()) {
      failures.remove(repository);
      return pace.refresh();
    }
    int times = failures.merge(repository, 1, Integer::sum);
    Duration pause = pace.retry().multipliedBy(1L << Math.min(times - 1, 20));
    return pause.compareTo(pace.refresh()) < 0 ? pause : pace.refresh();
  }
}
