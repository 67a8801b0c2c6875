package org.bulkhead.framework.internal.recorder;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.management.ThreadInfo;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.bulkhead.framework.admin.CrashInfo;
import org.osgi.service.log.Logger;

/**
 * Writes a folder for each fault, on a thread of its own: whoever reports a fault never waits for
 * the disk. Faults come in bursts, so reports are bounded for each compartment in an hour, in their
 * total size and in their age. Thread-safe.
 */
public final class CrashReports implements AutoCloseable {

  /**
   * The bounds.
   *
   * @param perHour reports of one compartment within an hour; 0 writes none at all
   * @param totalBytes what all reports may take on the disk
   * @param age how long a report is kept
   */
  public record Settings(int perHour, long totalBytes, Duration age) {

    /** The values that the configuration's defaults give. */
    public static final Settings DEFAULT = new Settings(20, 64L << 20, Duration.ofDays(30));
  }

  /** Puts a report on the disk. */
  @FunctionalInterface
  interface Disk {

    void write(String name, Map<String, byte[]> files) throws IOException;
  }

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int MOST_COMPARTMENTS = 1_000;
  private static final int MOST_WAITING = 16;
  private static final int IDLE_SECONDS = 5;
  private static final long CLOSE_MILLIS = 500;

  /** What a compartment has written lately. */
  private static final class Ration {
    final ArrayDeque<Instant> written = new ArrayDeque<>();
    int leftOut;
  }

  private final CrashFolder folder;
  private final Disk disk;
  private final Settings settings;
  private final Logger log;
  private final ThreadPoolExecutor writer;
  private final Map<String, Ration> rations =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Ration> eldest) {
          return size() > MOST_COMPARTMENTS;
        }
      };
  private boolean complained;

  /** Reports below a folder, which is made when there is one. Starts no thread. */
  public CrashReports(Path folder, Settings settings, Logger log) {
    this(new CrashFolder(folder, settings), settings, log, null);
  }

  CrashReports(CrashFolder folder, Settings settings, Logger log, Disk disk) {
    this.folder = folder;
    this.disk = disk == null ? folder::write : disk;
    this.settings = settings;
    this.log = log;
    this.writer =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            task -> {
              Thread thread = new Thread(task, "crash-writer");
              thread.setDaemon(true);
              return thread;
            });
    writer.allowCoreThreadTimeOut(true);
  }

  /** No reports. */
  public static CrashReports none() {
    return new CrashReports((Path) null, new Settings(0, 0, Duration.ZERO), null);
  }

  /** A report that waits for its last line. */
  public final class Pending {

    private final String path;
    private final CompletableFuture<String> action;

    private Pending(String path, CompletableFuture<String> action) {
      this.path = path;
      this.action = action;
    }

    /** Where the report is going to be, or empty where there will be none. */
    public String path() {
      return path;
    }

    /** Says what was done about the fault, and lets the report be written. Does not block. */
    public void done(String what) {
      action.complete(what);
    }
  }

  /** Whether there may be a report at all: where not, nothing needs to be gathered for one. */
  public boolean isOn() {
    return settings.perHour() > 0;
  }

  /**
   * Begins the report of a fault. Does not block, but for the moment that a look at all threads
   * takes: a little later they would not be any more where they hang.
   */
  public Pending begin(Crash crash) {
    int leftOut = admit(crash);
    if (leftOut < 0) {
      return new Pending("", new CompletableFuture<>());
    }
    if (writer.getQueue().remainingCapacity() == 0) {
      return tooSlow();
    }
    ThreadInfo[] threads = Report.dump();
    String name =
        TIME.format(crash.time()) + "-" + plain(crash.driver()) + "-" + plain(crash.location());
    CompletableFuture<String> action = new CompletableFuture<>();
    try {
      writer.execute(() -> write(name, crash, leftOut, threads, action));
      return new Pending(folder.path(name), action);
    } catch (RejectedExecutionException busy) {
      return tooSlow();
    }
  }

  private Pending tooSlow() {
    complain("the disk of " + folder + " is too slow for the reports of faults");
    return new Pending("", new CompletableFuture<>());
  }

  /** How many faults were left out before this one, or -1 where this one is to be, too. */
  private int admit(Crash crash) {
    if (settings.perHour() == 0) {
      return -1;
    }
    synchronized (rations) {
      Ration ration = rations.computeIfAbsent(crash.compartment(), key -> new Ration());
      while (!ration.written.isEmpty()
          && ration.written.peekFirst().plus(HOUR).isBefore(crash.time())) {
        ration.written.removeFirst();
      }
      if (ration.written.size() >= settings.perHour()) {
        ration.leftOut++;
        return -1;
      }
      ration.written.addLast(crash.time());
      int leftOut = ration.leftOut;
      ration.leftOut = 0;
      return leftOut;
    }
  }

  /** A name from elsewhere as a part of a file's name. */
  private static String plain(String text) {
    String plain = text.replaceAll("[^A-Za-z0-9._-]", "_");
    return plain.length() > 60 ? plain.substring(0, 60) : plain;
  }

  private void write(
      String name,
      Crash crash,
      int leftOut,
      ThreadInfo[] threads,
      CompletableFuture<String> action) {
    try {
      String done = action.completeOnTimeout("not known yet", 10, TimeUnit.SECONDS).join();
      byte[] report = Report.of(crash, done, leftOut, threads).getBytes(UTF_8);
      disk.write(name, Map.of("report.txt", report, "trace.pcapng", Trace.of(crash)));
      settled();
    } catch (IOException failed) {
      complain("no reports of faults in " + folder + ": " + failed);
    } catch (RuntimeException | Error failed) {
      log.error("the report of a fault of {} failed", crash.compartment(), failed);
    }
  }

  private synchronized void complain(String what) {
    if (!complained) {
      complained = true;
      log.error("{}; driver:faults goes on without them", what);
    }
  }

  private synchronized void settled() {
    complained = false;
  }

  /** The reports that there are, oldest first. Does I/O. */
  public List<CrashInfo> list() {
    return isOn() ? folder.list() : List.of();
  }

  /** Writes what waits for a moment longer, and ends the thread. */
  @Override
  public void close() {
    writer.shutdown();
    try {
      if (!writer.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
        writer.shutdownNow();
      }
    } catch (InterruptedException shutdown) {
      writer.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
