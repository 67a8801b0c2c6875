package org.bulkhead.launcher.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets one gateway run per {@code var} folder.
 *
 * <p>The system releases the lock when its process ends, however it ends. So the lock alone says
 * whether a gateway runs; the process id beside it is only information and may be stale.
 */
final class InstanceLock implements AutoCloseable {

  private final FileChannel channel;

  private InstanceLock(FileChannel channel) {
    this.channel = channel;
  }

  /** Takes the lock and writes the process id, or returns empty when another process has it. */
  static Optional<InstanceLock> tryAcquire(Path folder) throws IOException {
    FileChannel channel = tryLock(folder);
    if (channel == null) {
      return Optional.empty();
    }
    Files.writeString(pidFile(folder), ProcessHandle.current().pid() + "\n");
    return Optional.of(new InstanceLock(channel));
  }

  /** The process that holds the lock; empty when none does. */
  static Optional<ProcessHandle> holder(Path folder) throws IOException {
    if (!Files.exists(lockFile(folder))) {
      return Optional.empty();
    }
    FileChannel channel = tryLock(folder);
    if (channel != null) {
      channel.close();
      return Optional.empty();
    }
    try {
      return ProcessHandle.of(Long.parseLong(Files.readString(pidFile(folder)).strip()));
    } catch (NumberFormatException e) {
      throw new IOException(pidFile(folder) + " holds no process id", e);
    }
  }

  /** Waits until no process holds the lock; false when one still does at the end of the time. */
  static boolean awaitFree(Path folder, Duration patience) throws InterruptedException {
    CountDownLatch free = new CountDownLatch(1);
    Thread waiting = new Thread(() -> lockOnce(folder, free), "lock");
    waiting.setDaemon(true);
    waiting.start();
    return free.await(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static void lockOnce(Path folder, CountDownLatch wasFree) {
    try (FileChannel channel = FileChannel.open(lockFile(folder), StandardOpenOption.WRITE)) {
      channel.lock();
    } catch (IOException e) {
      // Reported as not free in time.
      return;
    }
    wasFree.countDown();
  }

  private static FileChannel tryLock(Path folder) throws IOException {
    FileChannel channel =
        FileChannel.open(lockFile(folder), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // Held by this very process.
    }
    channel.close();
    return null;
  }

  private static Path lockFile(Path folder) {
    return folder.resolve("lock");
  }

  private static Path pidFile(Path folder) {
    return folder.resolve("pid");
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
