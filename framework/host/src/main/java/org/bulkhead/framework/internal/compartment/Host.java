package org.bulkhead.framework.internal.compartment;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.bulkhead.framework.admin.CrashInfo;
import org.bulkhead.framework.admin.FaultInfo;
import org.bulkhead.framework.admin.FaultListener;
import org.bulkhead.framework.internal.device.ManagedDevice;
import org.bulkhead.framework.internal.recorder.Crash;
import org.bulkhead.framework.internal.recorder.CrashReports;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

/**
 * What all compartments share: threads, limits, the supervisor's clock, sessions and the record of
 * faults.
 */
public final class Host implements AutoCloseable {

  /** A hang is seen within 100 ms of its deadline, what a look takes and a late timer included. */
  private static final long TICK_MILLIS = 90;

  private static final long IDLE_SECONDS = 10;

  private final Map<String, Tally> tallies = new ConcurrentHashMap<>();
  private volatile Function<String, Limits> limitsOf;
  private final Services services;
  private final LoggerFactory loggers;
  private final FaultLog faults = new FaultLog();
  private final ExecutorService driverThreads = pool("driver");
  private final ExecutorService lifecycle = pool("compartment");
  private final ScheduledThreadPoolExecutor clock =
      new ScheduledThreadPoolExecutor(1, named("supervisor"));
  private final LeftoverSweep leftovers = new LeftoverSweep(this);
  private final FaultFeed feed =
      new FaultFeed(lifecycle, thrown -> gatewayLog().error("a listener for faults threw", thrown));
  private final CrashReports crashes;
  private final Set<Compartment> supervised = ConcurrentHashMap.newKeySet();

  /** Starts the supervisor of compartments whose faults leave no reports. */
  public Host(Limits limits, Services services, LoggerFactory loggers) {
    this(limits, services, loggers, CrashReports.none());
  }

  /** Starts the supervisor. */
  public Host(Limits limits, Services services, LoggerFactory loggers, CrashReports crashes) {
    this.crashes = crashes;
    this.limitsOf = driver -> limits;
    this.services = services;
    this.loggers = loggers;
    clock.setRemoveOnCancelPolicy(true);
    clock.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    new ThreadWatch(this, supervised).begin(clock);
  }

  /** Threads as needed, which go soon: a driver's thread-locals pin its class loader meanwhile. */
  private static ExecutorService pool(String name) {
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        IDLE_SECONDS,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        named(name));
  }

  /** Of nothing that belongs to whoever happens to need the thread: it may be an application's. */
  private static ThreadFactory named(String name) {
    AtomicInteger count = new AtomicInteger();
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    return task -> {
      Thread thread = new Thread(group, task, name + "-" + count.incrementAndGet(), 0, false);
      thread.setContextClassLoader(loader);
      thread.setDaemon(true);
      return thread;
    };
  }

  private void tick() {
    long now = System.nanoTime();
    for (Compartment compartment : supervised) {
      try {
        compartment.inspect(now);
      } catch (Throwable thrown) {
        // A task of a clock that throws is never run again, and nobody else looks for hangs.
        gatewayLog().error("supervision of {} failed", compartment, thrown);
      }
    }
  }

  void supervise(Compartment compartment) {
    supervised.add(compartment);
  }

  void forget(Compartment compartment) {
    supervised.remove(compartment);
  }

  /** Has drivers supervised by limits of their own where there are such. */
  public void limits(Function<String, Limits> byDriver) {
    limitsOf = byDriver;
  }

  /** What a driver is supervised by. */
  public Limits limits(String driver) {
    return limitsOf.apply(driver);
  }

  /** What is counted of a driver. */
  public Tally tally(String driver) {
    return tallies.computeIfAbsent(driver, d -> new Tally());
  }

  /** Those of the same device as another one. */
  List<Compartment> siblings(Compartment of) {
    return supervised.stream()
        .filter(c -> c != of && c.deviceKey().equals(of.deviceKey()))
        .toList();
  }

  Services services() {
    return services;
  }

  LoggerFactory loggers() {
    return loggers;
  }

  /** Threads for a driver's code. */
  public ExecutorService driverThreads() {
    return driverThreads;
  }

  /** Runs something that nobody waits for. Dropped where the gateway stops. */
  void later(Runnable task) {
    try {
      lifecycle.execute(task);
    } catch (RejectedExecutionException over) {
      // The gateway stops.
    }
  }

  LeftoverSweep leftovers() {
    return leftovers;
  }

  /** Runs something after a while. Dropped where the gateway stops. */
  public void later(Duration pause, Runnable task) {
    try {
      clock.schedule(() -> later(task), pause.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException over) {
      // The gateway stops.
    }
  }

  ExecutorService lifecycle() {
    return lifecycle;
  }

  ScheduledThreadPoolExecutor clock() {
    return clock;
  }

  /**
   * Records a fault that may be seen after the driver was replaced.
   *
   * @param by whose fault it is
   * @param report null where there is none
   */
  void record(
      Compartment compartment,
      DriverSource by,
      int incarnation,
      Fault fault,
      String action,
      CrashReports.Pending report) {
    record(compartment, by.bundleId(), incarnation, fault, action, report);
  }

  /** Begins the report of a fault; null where there will be none. Does not block. */
  CrashReports.Pending crash(
      Compartment compartment, int life, Fault fault, ManagedDevice device, String version) {
    if (device == null || !crashes.isOn()) {
      return null;
    }
    try {
      return crashes.begin(
          new Crash(
              Instant.now(),
              compartment.driverName(),
              version,
              compartment.location(),
              compartment.interfaceNumber(),
              life,
              fault.kind().label(),
              fault.message(),
              fault.trace(),
              compartment.info().toString(),
              Crash.Device.of(device.transport(), device.bus(), device.configuration().value()),
              compartment.recorder().recording()));
    } catch (Throwable thrown) {
      // A transport's device may throw; the driver is to be restarted all the same.
      gatewayLog().error("the report of a fault of {} failed", compartment, thrown);
      return null;
    }
  }

  void record(
      Compartment compartment,
      int incarnation,
      Fault fault,
      String action,
      CrashReports.Pending report) {
    record(compartment, compartment.bundleId(), incarnation, fault, action, report);
  }

  private void record(
      Compartment compartment,
      long bundleId,
      int incarnation,
      Fault fault,
      String action,
      CrashReports.Pending report) {
    if (report != null) {
      report.done(action);
    }
    record(
        new FaultInfo(
            Instant.now(),
            compartment.driverName(),
            bundleId,
            compartment.location(),
            compartment.interfaceNumber(),
            incarnation,
            fault.kind().label(),
            fault.message(),
            fault.trace(),
            action,
            report == null ? "" : report.path()));
  }

  /** Records a fault of a driver that never came to drive anything. */
  public void record(String driver, long bundleId, Fault fault, String action) {
    gatewayLog().error("driver {}: {}: {}", driver, fault.kind().label(), fault.message());
    record(
        new FaultInfo(
            Instant.now(),
            driver,
            bundleId,
            "",
            0,
            0,
            fault.kind().label(),
            fault.message(),
            fault.trace(),
            action,
            ""));
  }

  private void record(FaultInfo info) {
    tally(info.driver()).fault(info.kind());
    faults.add(info);
    feed.tell(info);
  }

  private Logger gatewayLog() {
    return loggers.getLogger("gateway");
  }

  /** Has a listener told of each fault from now on. */
  public void addFaultListener(FaultListener listener) {
    feed.add(listener);
  }

  /** Tells a listener nothing more. */
  public void removeFaultListener(FaultListener listener) {
    feed.remove(listener);
  }

  /** Runs tasks one after another, on a thread of its own while there are some. */
  public Executor inOrder() {
    return new SerialExecutor(
        lifecycle, 0, thrown -> loggers.getLogger("gateway").error("goes on after", thrown));
  }

  /** Whether a bundle that has just failed is about to be replaced. */
  boolean replaces(long bundleId) {
    return feed.replaces(bundleId);
  }

  /** The latest faults, oldest first. */
  public List<FaultInfo> faults() {
    return faults.latest();
  }

  /** The reports of faults on the disk, oldest first. Does I/O. */
  public List<CrashInfo> crashes() {
    return crashes.list();
  }

  /** Ends the threads; compartments are closed before. */
  @Override
  public void close() {
    clock.shutdownNow();
    lifecycle.shutdown();
    driverThreads.shutdownNow();
    crashes.close();
  }
}
