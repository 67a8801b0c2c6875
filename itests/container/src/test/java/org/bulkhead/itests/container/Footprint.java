package org.bulkhead.itests.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What a JVM holds that a leak would make grow, after a collection. */
record Footprint(long metaspaceKiB, int classes, int threads, long files, long directKiB) {

  /** Pools keep idle threads for a while, and the JVM itself opens a file or two. */
  private static final int FEW = 16;

  /** What collections leave to the next one, and what the JVM's own caches grow by. */
  private static final double LIKE = 1.1;

  static Footprint now() throws InterruptedException {
    Memory.collect();
    return new Footprint(
        ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getName().equals("Metaspace"))
                .map(MemoryPoolMXBean::getUsage)
                .mapToLong(usage -> usage.getUsed())
                .sum()
            / 1024,
        ManagementFactory.getClassLoadingMXBean().getLoadedClassCount(),
        ManagementFactory.getThreadMXBean().getThreadCount(),
        openFiles(),
        Memory.direct() / 1024);
  }

  private static long openFiles() {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether this is as much as another one, but for what comes and goes. */
  boolean isLike(Footprint other) {
    return metaspaceKiB < LIKE * other.metaspaceKiB
        && classes < LIKE * other.classes
        && threads <= other.threads + FEW
        && files <= other.files + FEW
        && directKiB < LIKE * other.directKiB + FEW;
  }
}
