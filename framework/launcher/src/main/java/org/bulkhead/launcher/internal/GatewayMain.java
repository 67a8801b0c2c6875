package org.bulkhead.launcher.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import org.osgi.framework.BundleException;

/** The gateway's process: locks, logs, starts the framework, waits for the end, stops in time. */
public final class GatewayMain {

  /** The line on standard output that tells {@code bulkhead start} that the gateway is up. */
  static final String UP = "bulkhead: up";

  private static final Duration START_WARNING = Duration.ofSeconds(30);

  /** More than the default is for processors that take longer. */
  private static final Duration STOP_LIMIT =
      Duration.ofSeconds(Math.max(1, Integer.getInteger("bulkhead.stop.seconds", 4)));

  private GatewayMain() {}

  /**
   * Runs the gateway until it is asked to end, and ends the JVM.
   *
   * @param args see {@link Options}
   */
  public static void main(String[] args) {
    // By name: touching the class would initialise the JDK's log manager before it reads this.
    System.setProperty(
        "java.util.logging.manager", "org.bulkhead.launcher.internal.SteadyLogManager");
    System.exit(run(List.of(args), Layout.fromProperties(), Ahead.begin()));
  }

  private static int run(List<String> args, Layout layout, Ahead ahead) {
    Options options;
    Optional<InstanceLock> lock;
    try {
      options = Options.parse(args);
      layout.prepare();
      lock = InstanceLock.tryAcquire(layout.run());
      if (lock.isEmpty()) {
        return fail(ExitCode.ALREADY_RUNNING, alreadyRunning(layout.run()));
      }
    } catch (IllegalArgumentException e) {
      return fail(ExitCode.USAGE, e.getMessage());
    } catch (UnusableVarException e) {
      return fail(ExitCode.VAR_UNUSABLE, e.getMessage());
    } catch (IOException e) {
      return fail(ExitCode.VAR_UNUSABLE, new UnusableVarException(layout.run(), "" + e, e));
    }
    layout.sweepTmp();
    Logging.install(layout, !options.background() && System.console() == null);
    return runFramework(options, layout, lock.get(), ahead);
  }

  private static int runFramework(Options options, Layout layout, InstanceLock lock, Ahead ahead) {
    FrameworkHost host = new FrameworkHost(layout, options, ahead);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(host, layout, lock), "shutdown"));
    Watchdog slow = Watchdog.after(START_WARNING, () -> reportSlowStart(host));
    try {
      host.start();
    } catch (BundleException | IOException | RuntimeException e) {
      Logging.LOG.log(Level.SEVERE, "The gateway did not start", e);
      return fail(ExitCode.FAILURE, "the gateway did not start: " + e.getMessage());
    } finally {
      slow.close();
    }
    host.problems().forEach(GatewayMain::report);
    LaunchedGateway gateway = host.announce();
    Logging.LOG.info("up, process " + ProcessHandle.current().pid());
    if (options.background()) {
      System.out.println(UP);
      // Nobody reads that pipe from here on.
      System.setOut(System.err);
    }
    return gateway.awaitShutdown();
  }

  private static void report(String problem) {
    Logging.LOG.warning(problem);
    if (System.console() != null) {
      System.err.println("bulkhead: " + problem);
    }
  }

  private static void reportSlowStart(FrameworkHost host) {
    String starting = String.join(", ", host.starting());
    report("still starting after 30 s; waiting for: " + starting);
    Logging.LOG.warning("threads:\n" + Watchdog.threadDump());
  }

  private static void end(FrameworkHost host, Layout layout, InstanceLock lock) {
    Watchdog.after(STOP_LIMIT, () -> halt(host, layout));
    Logging.LOG.info("stopping");
    host.stop();
    deleteSocket(layout);
    Logging.LOG.info("stopped");
    try {
      lock.close();
    } catch (IOException e) {
      // The lock goes with the process, and a stale process id does no harm.
    }
  }

  private static void halt(FrameworkHost host, Layout layout) {
    Logging.LOG.severe(
        "not stopped within "
            + STOP_LIMIT.toSeconds()
            + " s, halting; still stopping: "
            + String.join(", ", host.stopping())
            + "; threads:\n"
            + Watchdog.threadDump());
    deleteSocket(layout);
    Runtime.getRuntime().halt(ExitCode.HALTED);
  }

  private static void deleteSocket(Layout layout) {
    try {
      Files.deleteIfExists(layout.socket());
    } catch (IOException e) {
      // The next start replaces it.
    }
  }

  private static String alreadyRunning(Path run) throws IOException {
    String pid = InstanceLock.holder(run).map(p -> ", process " + p.pid()).orElse("");
    return "already running" + pid + ": 'bulkhead shell' attaches to it, 'bulkhead stop' ends it";
  }

  private static int fail(int status, Object message) {
    String text = message instanceof Throwable e ? e.getMessage() : String.valueOf(message);
    System.err.println("bulkhead: " + text);
    return status;
  }
}
