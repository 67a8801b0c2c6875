package org.bulkhead.framework.internal.weave;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.InputStream;
import java.io.PrintStream;
import java.net.URL;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.Timer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.block.BlockGeometry;
import org.bulkhead.device.driver.DriverContext;
import org.bulkhead.device.driver.UsbDriver;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.startlevel.FrameworkStartLevel;

/** A driver whose first incarnation does wrong in a read, in as many ways as we could think of. */
@SuppressWarnings({"InfiniteLoopStatement", "InfiniteRecursion", "ThreadPriorityCheck"})
public final class Rogue implements UsbDriver, BlockDevice, Runnable {

  private final String wrong;
  private final CountDownLatch never = new CountDownLatch(1);
  private int incarnation;
  private long turns;

  /** A rogue. */
  public Rogue(String wrong) {
    this.wrong = wrong;
  }

  @Override
  public Attachment attach(DriverContext context) {
    incarnation = context.incarnation();
    if (incarnation == 1 && wrong.equals("attach")) {
      plain();
    }
    context.publish(BlockDevice.class, "0", this, Map.of());
    return Attachment.NOTHING_TO_DO;
  }

  @Override
  public BlockGeometry geometry() {
    return new BlockGeometry(512, 1);
  }

  @Override
  public void read(long block, ByteBuffer destination) {
    if (incarnation == 1) {
      doWrong();
    }
    while (destination.hasRemaining()) {
      destination.put((byte) incarnation);
    }
  }

  @Override
  public void write(long block, ByteBuffer source) {}

  @Override
  public void flush() {}

  /** Its deactivation. */
  @Override
  public void run() {
    if (incarnation == 1 && wrong.equals("deactivation")) {
      catchThrowable();
    }
    if (incarnation == 1 && wrong.equals("stuck-deactivation")) {
      regex();
    }
  }

  private void doWrong() {
    switch (wrong) {
      case "plain" -> plain();
      case "nested" -> nested();
      case "counted" -> counted();
      case "catch-throwable" -> catchThrowable();
      case "catch-deep" -> catchDeep();
      case "finally" -> finallyContinue();
      case "overflow" -> overflow();
      case "recursion" -> recursion(0);
      case "lambda" -> lambda().run();
      case "constructor" -> new Endless();
      case "initialiser" -> Initialiser.touch();
      case "stream" -> Stream.generate(() -> turns++).forEach(each -> {});
      case "stream-nested" -> IntStream.iterate(0, i -> 0).map(this::add).sum();
      case "sleep" -> sleeps();
      case "wait" -> waits();
      case "park" -> park();
      case "yield" -> yields();
      case "lock" -> lock();
      case "condition" -> condition();
      case "semaphore" -> new Semaphore(0).acquireUninterruptibly();
      case "future" -> new CompletableFuture<>().join();
      case "synchronized" -> monitor();
      case "regex" -> regex();
      default -> forbidden();
    }
  }

  private void forbidden() {
    switch (wrong) {
      case "properties-set" -> System.getProperties().setProperty("bulkhead.demo", "true");
      case "properties-put" -> System.getProperties().put("bulkhead.demo", "true");
      case "properties-remove" -> System.getProperties().remove("java.home");
      case "properties-clear" -> System.getProperties().clear();
      case "properties-around" -> System.getProperties().entrySet().clear();
      case "own-properties" -> System.getProperties().setProperty("rogue.own", "fine");
      case "stop-gateway", "start-level" -> endGateway();
      case "left-behind" -> {
        startUnseen("left-behind");
        throw new IllegalStateException("and dies");
      }
      case "kept" -> startUnseen("kept");
      case "exit" -> System.exit(1);
      case "halt" -> Runtime.getRuntime().halt(1);
      case "exit-reference" -> IntStream.of(1).forEach(System::exit);
      case "load" -> System.load("/no/such/library");
      case "out" -> System.setOut(new PrintStream(System.out));
      case "property" -> System.setProperty("bulkhead.demo", "true");
      case "own-property" -> System.setProperty("rogue.own", "fine");
      case "load-library" -> System.loadLibrary("none");
      case "runtime-load" -> Runtime.getRuntime().load("/no/such/library");
      case "runtime-load-library" -> Runtime.getRuntime().loadLibrary("none");
      case "runtime-exit" -> Runtime.getRuntime().exit(1);
      case "err" -> System.setErr(new PrintStream(System.err));
      case "in" -> System.setIn(InputStream.nullInputStream());
      case "set-properties" -> System.setProperties(null);
      case "clear-property" -> System.clearProperty("bulkhead.demo");
      case "uncaught" -> Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> {});
      case "hook" -> Runtime.getRuntime().addShutdownHook(new Thread());
      case "locale" -> Locale.setDefault(Locale.ROOT);
      case "time-zone" -> TimeZone.setDefault(null);
      case "url-factory" -> URL.setURLStreamHandlerFactory(protocol -> null);
      case "thread-pool" -> new ThreadPoolExecutor(0, 1, 0, SECONDS, new SynchronousQueue<>());
      case "fork-join" -> new ForkJoinPool();
      case "common-pool" -> ForkJoinPool.commonPool();
      case "stage" -> CompletableFuture.completedStage(1).thenRunAsync(this::plain);
      case "parallel-stream" -> List.of(1).parallelStream().count();
      case "thread" -> new Thread(this::plain).start();
      case "thread-subclass" -> new Worker().start();
      case "timer" -> new Timer();
      case "executor" -> Executors.newSingleThreadExecutor();
      case "async" -> CompletableFuture.runAsync(this::plain);
      case "parallel" -> IntStream.range(0, 9).parallel().sum();
      case "swallowed-exit" -> {
        try {
          System.exit(1);
        } catch (Throwable swallowed) {
          turns++;
        }
      }
      default -> throw new IllegalArgumentException(wrong);
    }
  }

  /** There is no framework here: what matters is that the call is refused before it is made. */
  private void endGateway() {
    try {
      if (wrong.equals("start-level")) {
        ((FrameworkStartLevel) null).setStartLevel(0);
      }
      FrameworkUtil.getBundle(Rogue.class).stop();
    } catch (BundleException wrong) {
      throw new IllegalStateException(wrong);
    }
  }

  private void plain() {
    while (true) {
      turns++;
    }
  }

  private void nested() {
    while (true) {
      for (int i = 0; i < 1000; i++) {
        for (int j = 0; j < 1000; j++) {
          turns += i ^ j;
        }
      }
    }
  }

  private void counted() {
    for (int i = 0; i < Integer.MAX_VALUE; i++) {
      for (int j = 0; j < Integer.MAX_VALUE; j++) {
        turns ^= j;
      }
    }
  }

  private void catchThrowable() {
    while (true) {
      try {
        turns++;
        deeper();
      } catch (Throwable swallowed) {
        turns = 0;
      }
    }
  }

  private void catchDeep() {
    while (true) {
      try {
        catchThrowable();
      } catch (Throwable swallowed) {
        try {
          catchThrowable();
        } catch (Throwable again) {
          turns = 0;
        }
      }
    }
  }

  private void deeper() {
    while (turns % 3 != 0) {
      turns++;
    }
  }

  @SuppressWarnings("finally")
  private void finallyContinue() {
    while (true) {
      try {
        deeper();
        turns++;
      } finally {
        continue;
      }
    }
  }

  private void overflow() {
    while (true) {
      try {
        overflow();
      } catch (StackOverflowError swallowed) {
        turns++;
      }
    }
  }

  private void recursion(int depth) {
    try {
      recursion(depth + 1);
    } catch (Throwable swallowed) {
      recursion(depth + 1);
    } finally {
      recursion(depth + 1);
    }
  }

  private Runnable lambda() {
    return () -> {
      while (true) {
        turns++;
      }
    };
  }

  private int add(int to) {
    turns += to;
    return to;
  }

  private void sleeps() {
    while (true) {
      try {
        never.await(1, TimeUnit.SECONDS);
      } catch (InterruptedException ignored) {
        turns++;
      }
    }
  }

  private synchronized void waits() {
    while (true) {
      try {
        wait();
      } catch (InterruptedException ignored) {
        turns++;
      }
    }
  }

  private void park() {
    while (true) {
      LockSupport.park();
      Thread.interrupted();
    }
  }

  private void yields() {
    while (true) {
      Thread.yield();
    }
  }

  /** Held by a thread that is not ours and never gives it back. */
  private void lock() {
    StuckLock.LOCK.lock();
  }

  private void condition() {
    ReentrantLock lock = new ReentrantLock();
    lock.lock();
    try {
      lock.newCondition().awaitUninterruptibly();
    } finally {
      lock.unlock();
    }
  }

  private void monitor() {
    while (true) {
      synchronized (this) {
        turns++;
      }
    }
  }

  /** A text that the test can take away. */
  private void regex() {
    CharSequence text = (CharSequence) System.getProperties().get("rogue.text");
    if (Pattern.matches("(a+)+b\\1", text)) {
      turns++;
    }
  }

  private static final class Endless {
    private long turns;

    Endless() {
      while (true) {
        turns++;
      }
    }
  }

  private static final class Initialiser {
    private static long turns;

    static {
      while (turns >= 0) {
        turns = (turns + 1) & 0xffff;
      }
    }

    static void touch() {
      turns++;
    }
  }

  private static final class Worker extends Thread {}

  /** By reflection, which no guard sees; it loops until a poll ends it. */
  private void startUnseen(String name) {
    Thread thread = new Thread(this::catchThrowable, name);
    thread.setDaemon(true);
    try {
      Thread.class.getMethod("start").invoke(thread);
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
