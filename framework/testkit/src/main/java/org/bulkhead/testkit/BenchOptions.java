package org.bulkhead.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.framework.admin.Rung;
import org.bulkhead.framework.internal.compartment.Budget;
import org.bulkhead.framework.internal.compartment.Limits;
import org.bulkhead.framework.internal.compartment.Sustained;
import org.bulkhead.framework.internal.recorder.CrashReports;
import org.bulkhead.transport.replay.ReplayTransport;
import org.bulkhead.transport.sim.SimDevice;
import org.bulkhead.transport.sim.SimFaults;
import org.osgi.service.log.Logger;

/**
 * How a bench supervises its driver. The defaults fit most tests: deadlines long enough for a
 * loaded machine, pauses between restarts of milliseconds.
 */
public final class BenchOptions {

  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(1);

  final Supplier<? extends UsbDriver> drivers;
  int interfaceNumber = -1;
  Consumer<SimFaults> wire = faults -> {};
  Duration patience = Duration.ofSeconds(30);
  private Duration call = Duration.ofSeconds(5);
  private Duration attach = Duration.ofSeconds(15);
  private Duration detach = Duration.ofSeconds(2);
  private Duration teardown = Duration.ofSeconds(2);
  private Duration backoff = Duration.ofMillis(1);
  private Duration updateWait = Duration.ofSeconds(30);
  private int restarts = 5;
  private Path crashes;
  private Duration stable = Duration.ofSeconds(30);
  private List<Rung> ladder = List.of(Rung.RESTART);
  private Budget budget = Budget.DEFAULT;

  BenchOptions(Supplier<? extends UsbDriver> drivers) {
    this.drivers = drivers;
  }

  /**
   * Makes each incarnation a driver of its own, as a component of scope prototype does.
   *
   * @param each makes one
   * @return options
   */
  public static BenchOptions of(Supplier<? extends UsbDriver> each) {
    return new BenchOptions(each);
  }

  /**
   * Which interface the driver matched; the first one where nothing is said.
   *
   * @param number {@code bInterfaceNumber}
   * @return this
   */
  public BenchOptions interfaceNumber(int number) {
    interfaceNumber = number;
    return this;
  }

  /**
   * How long the driver may go without progress, in calls and while it attaches.
   *
   * @param deadline 5 s in calls and 15 s in attach where nothing is said
   * @return this
   */
  public BenchOptions callDeadline(Duration deadline) {
    call = deadline;
    attach = deadline;
    return this;
  }

  /**
   * How long the driver may take to detach, and how long its threads and transfers may take after
   * that.
   *
   * @param deadline 2 s where nothing is said
   * @return this
   */
  public BenchOptions endDeadline(Duration deadline) {
    detach = deadline;
    teardown = deadline;
    return this;
  }

  /**
   * How many faults are followed by a restart; one more quarantines.
   *
   * @param faults 5 where nothing is said
   * @return this
   */
  public BenchOptions restarts(int faults) {
    restarts = faults;
    return this;
  }

  /**
   * What is done about one fault after another.
   *
   * @param rungs restarts where nothing is said
   * @return this
   */
  public BenchOptions ladder(Rung... rungs) {
    ladder = List.of(rungs);
    return this;
  }

  /**
   * How long an incarnation runs until the faults before it are forgotten.
   *
   * @param time 30 s where nothing is said
   * @return this
   */
  public BenchOptions stable(Duration time) {
    stable = time;
    return this;
  }

  /**
   * What the driver may use up; zero is without a bound.
   *
   * @param allocatedBytes in one call, 256 MiB where nothing is said
   * @param cpu in one call, 10 s where nothing is said
   * @param errorsPerSecond failed transfers, 500 where nothing is said
   * @return this
   */
  public BenchOptions budget(long allocatedBytes, Duration cpu, int errorsPerSecond) {
    budget = new Budget(allocatedBytes, cpu, errorsPerSecond, budget.sustained());
    return this;
  }

  /**
   * What the driver may use up in the long run, over all calls; zero is without a bound.
   *
   * @param window over what time, a minute where nothing is said
   * @param cpuPercent of one processor, in calls that are no mere load; 90 where nothing is said
   * @param allocatedPerSecond in bytes, 2 GiB where nothing is said
   * @return this
   */
  public BenchOptions sustained(Duration window, int cpuPercent, long allocatedPerSecond) {
    budget = budget.over(new Sustained(window, cpuPercent, allocatedPerSecond));
    return this;
  }

  /**
   * The pause before a restart, doubled with each fault, but not beyond a second.
   *
   * @param pause 1 ms where nothing is said; where it is longer than a second, it is not doubled
   * @return this
   */
  public BenchOptions backoff(Duration pause) {
    backoff = pause;
    return this;
  }

  /**
   * How long a device waits for a driver that was stopped before it is let go.
   *
   * @param wait 30 s where nothing is said
   * @return this
   */
  public BenchOptions updateWait(Duration wait) {
    updateWait = wait;
    return this;
  }

  /**
   * How long an application's call waits for a device.
   *
   * @param wait 30 s where nothing is said
   * @return this
   */
  public BenchOptions patience(Duration wait) {
    patience = wait;
    return this;
  }

  /**
   * Where faults leave their reports and traces, as in a gateway's {@code var/crash}.
   *
   * @param folder none where nothing is said
   * @return this
   */
  public BenchOptions crashes(Path folder) {
    crashes = folder;
    return this;
  }

  /**
   * Sets faults on the wire before the device is plugged in, so that they strike while the driver
   * attaches.
   *
   * @param faults told of the port's faults
   * @return this
   */
  public BenchOptions wire(Consumer<SimFaults> faults) {
    wire = wire.andThen(faults);
    return this;
  }

  /**
   * Plugs a device in and attaches the driver to it. Does not wait for the driver.
   *
   * @param device the model, plugged in nowhere else
   * @return the bench
   */
  public DriverBench attach(SimDevice device) {
    return new DriverBench(this, device);
  }

  /**
   * Attaches the driver to the device of a recorded trace, which is unplugged when the trace has
   * ended. Does not wait for the driver.
   *
   * @param trace a {@code trace.pcapng} of a crash report, or what Wireshark recorded on Linux
   * @return the bench, whose {@link DriverBench#close} fails where the driver did not do what was
   *     recorded
   */
  public DriverBench replay(Path trace) {
    return new DriverBench(this, ReplayTransport.of(trace));
  }

  CrashReports crashReports(Logger log) {
    return crashes == null
        ? CrashReports.none()
        : new CrashReports(crashes, CrashReports.Settings.DEFAULT, log);
  }

  Limits limits() {
    return new Limits(
        call,
        attach,
        detach,
        teardown,
        restarts,
        Duration.ofSeconds(60),
        backoff,
        backoff.compareTo(LONGEST_BACKOFF) > 0 ? backoff : LONGEST_BACKOFF,
        updateWait,
        stable,
        ladder,
        budget);
  }
}
