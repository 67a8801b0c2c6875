package org.bulkhead.transport.libusb;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bulkhead.device.transport.BusCompletion;
import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.transport.BusTransfer;
import org.bulkhead.device.transport.Transport;
import org.bulkhead.device.transport.TransportListener;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.bulkhead.transport.libusb.internal.Transports;
import org.junit.jupiter.api.Test;

/** What stays behind: nothing, neither per watch nor per transfer. */
@UmockdevTest
class LifecycleTest {

  private static final String PORT = "1-1";
  private static final int ROUNDS = 50;

  @Test
  void watchingAgainAndAgain_leavesNothingBehind(Simulator simulator) throws Exception {
    simulator.plug(PORT);
    round();
    round();
    long files = entries("/proc/self/fd");
    long threads = entries("/proc/self/task");

    for (int i = 0; i < ROUNDS; i++) {
      round();
    }

    assertThat(ownThreads()).isZero();
    // The JVM opens a file and starts a compiler thread when it likes.
    assertThat(entries("/proc/self/fd")).isLessThan(files + ROUNDS / 5);
    assertThat(entries("/proc/self/task")).isLessThan(threads + ROUNDS / 5);
    Bus.until("the last node to be closed", () -> simulator.count(PORT, "opens") == 0);
  }

  private static void round() throws UsbException {
    try (Bus bus = new Bus()) {
      BusHandle handle = bus.open(PORT, 0, 1);
      assertThat(Flight.bulk(handle, 0x82, 64).submit(64).await())
          .isEqualTo(TransferStatus.COMPLETED);
      Flight.bulk(handle, 0x81, 64).submit(64);
      assertThat(ownThreads()).isEqualTo(2);
    }
    assertThat(ownThreads()).isZero();
  }

  /** As when the bundle is updated: usb4java stays, the transport's classes go. */
  @Test
  void transportsClassLoader_isCollectedAfterItsWatch(Simulator simulator) throws Exception {
    simulator.plug(PORT);
    List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      loaders.add(useInItsOwnLoader());
    }

    Bus.until(
        "the class loaders to be collected",
        () -> {
          System.gc();
          return loaders.stream().allMatch(loader -> loader.get() == null);
        });
  }

  private static WeakReference<ClassLoader> useInItsOwnLoader() throws Exception {
    ClassLoader loader = new TransportLoader();
    Transport transport =
        (Transport)
            loader
                .loadClass(Transports.class.getName())
                .getMethod("create", long.class, long.class, Consumer.class)
                .invoke(null, 5_000, 1_000, (Consumer<String>) line -> {});
    List<BusDevice> devices = new CopyOnWriteArrayList<>();
    TransportListener listener =
        new TransportListener() {
          @Override
          public void arrived(BusDevice device) {
            devices.add(device);
          }

          @Override
          public void left(BusDevice device) {
            devices.remove(device);
          }
        };
    Transport.Watch watch = transport.watch(listener);
    Bus.until("two devices", () -> devices.size() == 2);
    BusHandle handle = devices.get(1).open();
    handle.claim(0);
    Flight.bulk(handle, 0x81, 64).submit(64);
    watch.close();
    return new WeakReference<>(loader);
  }

  /** Has the transport's classes, and those alone, for itself. */
  private static final class TransportLoader extends URLClassLoader {
    private static final String PACKAGE = Transports.class.getPackageName() + ".";

    TransportLoader() throws ClassNotFoundException {
      super(
          new URL[] {
            location(Transports.class), location(Class.forName(PACKAGE + "LibusbTransport"))
          },
          LifecycleTest.class.getClassLoader());
    }

    private static URL location(Class<?> type) {
      return type.getProtectionDomain().getCodeSource().getLocation();
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(PACKAGE)) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded != null ? loaded : findClass(name);
      }
    }
  }

  private static long ownThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("bulkhead libusb"))
        .count();
  }

  private static long entries(String folder) throws IOException {
    try (Stream<Path> entries = Files.list(Path.of(folder))) {
      return entries.count();
    }
  }

  /** Submits again from its completion until a number is reached. */
  private static final class Stream512 implements BusCompletion {
    final AtomicInteger completions = new AtomicInteger();
    private volatile int limit;

    void run(BusTransfer transfer, int count) throws UsbException {
      limit = completions.get() + count;
      transfer.submit(512);
      while (completions.get() < limit) {
        LockSupport.parkNanos(100_000);
      }
    }

    @Override
    public void completed(BusTransfer transfer) {
      if (completions.incrementAndGet() < limit) {
        try {
          transfer.submit(512);
        } catch (UsbException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  @Test
  void steadyState_allocatesNothing(Simulator simulator) throws Exception {
    simulator.plug(PORT);
    try (Bus bus = new Bus()) {
      BusHandle handle = bus.open(PORT, 1);
      Stream512 stream = new Stream512();
      BusTransfer transfer = handle.allocate(TransferType.BULK, 0x82, 512, 0, stream);
      stream.run(transfer, 2_000);
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long eventThread =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().equals("bulkhead libusb events"))
              .findFirst()
              .orElseThrow()
              .getId();

      List<Long> allocated = new ArrayList<>();
      for (int batch = 0; batch < 20; batch++) {
        long before = threads.getThreadAllocatedBytes(eventThread);
        stream.run(transfer, 100);
        allocated.add(threads.getThreadAllocatedBytes(eventThread) - before);
      }

      // The JVM itself allocates now and then in the thread that it compiles for.
      assertThat(allocated.stream().filter(bytes -> bytes == 0))
          .as("batches of 100 transfers without an allocation, of %s", allocated)
          .hasSizeGreaterThan(15);
    }
  }

  @Test
  void submissionFromAnotherThread_allocatesNothing(Simulator simulator) throws Exception {
    simulator.plug(PORT);
    try (Bus bus = new Bus()) {
      BusHandle handle = bus.open(PORT, 1);
      AtomicInteger completions = new AtomicInteger();
      BusTransfer transfer =
          handle.allocate(
              TransferType.BULK, 0x82, 512, 0, completed -> completions.incrementAndGet());
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long own = Thread.currentThread().getId();
      int allocations = 0;
      for (int i = 1; i <= 3_000; i++) {
        long before = threads.getThreadAllocatedBytes(own);
        transfer.submit(512 - i % 2);
        transfer.status();
        transfer.actualLengthBytes();
        long after = threads.getThreadAllocatedBytes(own);
        allocations += i > 1_000 && after != before ? 1 : 0;
        while (completions.get() < i) {
          LockSupport.parkNanos(50_000);
        }
      }

      // The JVM itself allocates now and then in the thread that it compiles for.
      assertThat(allocations).as("submissions of 2000 that allocated").isLessThan(10);
    }
  }
}
