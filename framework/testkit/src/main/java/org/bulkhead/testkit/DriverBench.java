package org.bulkhead.testkit;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.device.input.InputListener;
import org.bulkhead.device.input.KeyboardLayout;
import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.transport.Transport;
import org.bulkhead.device.transport.TransportListener;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.framework.admin.CompartmentInfo;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.FaultInfo;
import org.bulkhead.framework.admin.FaultListener;
import org.bulkhead.framework.admin.InjectedFault;
import org.bulkhead.framework.admin.RungInfo;
import org.bulkhead.framework.internal.compartment.Compartments;
import org.bulkhead.framework.internal.compartment.Host;
import org.bulkhead.framework.internal.device.ManagedDevice;
import org.bulkhead.framework.internal.input.InputHub;
import org.bulkhead.framework.internal.session.SessionRegistry;
import org.bulkhead.testkit.internal.Await;
import org.bulkhead.testkit.internal.Ledger;
import org.bulkhead.testkit.internal.ListLog;
import org.bulkhead.testkit.internal.Offers;
import org.bulkhead.testkit.internal.Source;
import org.bulkhead.testkit.internal.Threads;
import org.bulkhead.transport.replay.ReplayTransport;
import org.bulkhead.transport.sim.SimBus;
import org.bulkhead.transport.sim.SimDevice;
import org.bulkhead.transport.sim.SimFaults;
import org.bulkhead.transport.sim.SimPort;
import org.osgi.service.serial.SerialDevice;

/**
 * One driver on one simulated device, in a real compartment with real sessions.
 *
 * <pre>{@code
 * try (DriverBench bench = DriverBench.attach(new MyDriver(), new SimStick(medium))) {
 *   bench.wire().next(Fault.STALL, 1);
 *   bench.service(BlockDevice.class).read(0, buffer);
 *   assertThat(bench.faults()).isEmpty();
 * }
 * }</pre>
 *
 * <p>Every wait has a deadline and fails with an AssertionError that says what it waited for.
 * {@link #close} fails where the driver or the framework left anything behind. Thread-safe.
 */
public final class DriverBench implements AutoCloseable {

  private final Threads threads = new Threads();
  private final ListLog log = new ListLog();
  private final Ledger ledger = new Ledger();
  private final Offers offers = new Offers();
  private final InputHub inputs =
      new InputHub(KeyboardLayout.named("us"), log.loggers().getLogger("gateway"));
  private final Source source;
  private final int interfaceNumber;
  private final SessionRegistry sessions;
  private final Host host;
  private final Compartments compartments;
  private final SimPort port;
  private final ReplayTransport replay;
  private final Transport.Watch watch;
  private volatile ManagedDevice device;
  private volatile Throwable unreadable;
  private boolean closed;

  DriverBench(BenchOptions options, SimDevice plugged) {
    this(options, new SimBus(), plugged, null);
  }

  DriverBench(BenchOptions options, ReplayTransport trace) {
    this(options, null, null, trace);
  }

  private DriverBench(BenchOptions options, SimBus bus, SimDevice plugged, ReplayTransport trace) {
    source = new Source(options.drivers);
    interfaceNumber = options.interfaceNumber;
    sessions = new SessionRegistry(offers, options.patience, inputs);
    host =
        new Host(
            options.limits(),
            sessions,
            log.loggers(),
            options.crashReports(log.loggers().getLogger("gateway")));
    compartments = new Compartments(host);
    replay = trace;
    if (bus == null) {
      port = null;
      watch = trace.watch(new Listener(trace.name()));
    } else {
      port = bus.plug(plugged);
      options.wire.accept(port.faults());
      watch = bus.watch(new Listener(bus.name()));
    }
  }

  /**
   * Attaches a driver to the device of a recorded trace, which is unplugged when the trace has
   * ended. Does not wait for the driver.
   *
   * @param driver used for each incarnation
   * @param trace a {@code trace.pcapng} of a crash report, or what Wireshark recorded on Linux
   * @return the bench, whose {@link #close} fails where the driver did not do what was recorded
   */
  public static DriverBench replay(UsbDriver driver, Path trace) {
    return of(driver).replay(trace);
  }

  /**
   * Attaches a driver to the first interface of a device. Does not wait for the driver.
   *
   * @param driver used for each incarnation
   * @param device the model, plugged in nowhere else
   * @return the bench
   */
  public static DriverBench attach(UsbDriver driver, SimDevice device) {
    return of(driver).attach(device);
  }

  /**
   * Where the defaults do not fit.
   *
   * @param driver used for each incarnation
   * @return options, whose {@code attach} makes the bench
   */
  public static BenchOptions of(UsbDriver driver) {
    return new BenchOptions(() -> driver);
  }

  /**
   * A service that the driver publishes as its unit "0", as an application gets it.
   *
   * @param <S> the service
   * @param type its interface
   * @return the session; the same object over restarts and replugs
   */
  public <S> S service(Class<S> type) {
    return service(type, "0");
  }

  /**
   * A service that the driver publishes, as an application gets it. Waits until it is there.
   *
   * @param <S> the service
   * @param type its interface
   * @param unit which of several
   * @return the session; the same object over restarts and replugs
   */
  public <S> S service(Class<S> type, String unit) {
    Await.until(
        () -> offers.service(type, unit) != null,
        () -> type.getSimpleName() + " " + unit + " to be published; " + this);
    return type.cast(offers.service(type, unit));
  }

  /**
   * The serial device that the framework makes of the driver's serial port. Waits until it is
   * there.
   *
   * @return the session
   */
  public SerialDevice serial() {
    return service(SerialDevice.class);
  }

  /**
   * Registers a listener for input events, as an application does.
   *
   * @param listener called on a thread of the framework's
   * @return this
   */
  public DriverBench listen(InputListener listener) {
    inputs.add(listener, listener, () -> null);
    return this;
  }

  /**
   * Whether a service is offered now. Does not wait.
   *
   * @param type its interface
   * @param unit which of several
   * @return whether applications see it
   */
  public boolean offers(Class<?> type, String unit) {
    return offers.service(type, unit) != null;
  }

  /**
   * The service properties of a service that is offered now.
   *
   * @param type its interface
   * @param unit which of several
   * @return the properties
   */
  public Map<String, ?> properties(Class<?> type, String unit) {
    return offers.properties(type, unit);
  }

  /**
   * What happens on the wire between this device and its driver: stalls, losses, delays.
   *
   * @return the faults of the port that the device is plugged into
   * @throws IllegalStateException where a trace is played, as for all that needs a simulated port
   */
  public SimFaults wire() {
    return port().faults();
  }

  /**
   * What the framework recorded of the driver's faults.
   *
   * @return oldest first
   */
  public List<FaultInfo> faults() {
    return host.faults();
  }

  /**
   * Has a listener told of each fault from now on.
   *
   * @param listener called on a thread of the framework's
   * @return this
   */
  public DriverBench onFault(FaultListener listener) {
    host.addFaultListener(listener);
    return this;
  }

  /**
   * What the driver and the framework logged.
   *
   * @return level and message, oldest first
   */
  public List<String> log() {
    return log.lines();
  }

  /**
   * Where the compartment is in its life.
   *
   * @return its state, reason and counters
   */
  public CompartmentInfo info() {
    return compartments.all().get(0).info();
  }

  /**
   * Waits for a state.
   *
   * @param state the state
   * @return this
   */
  public DriverBench awaitState(CompartmentState state) {
    return await("state " + state, info -> info.state() == state);
  }

  /**
   * Waits until an incarnation runs.
   *
   * @param number its number, from 1; a later one will do
   * @return this
   */
  public DriverBench awaitLife(int number) {
    return await(
        "incarnation " + number + " to run",
        info -> info.incarnation() >= number && info.state() == CompartmentState.RUNNING);
  }

  /**
   * Waits for something about the compartment.
   *
   * @param what said where it does not come
   * @param condition true once it has come
   * @return this
   */
  public DriverBench await(String what, Predicate<CompartmentInfo> condition) {
    Await.until(
        () -> !compartments.all().isEmpty() && condition.test(info()), () -> what + "; " + this);
    return this;
  }

  /**
   * Pulls the device out and waits until the framework has noticed.
   *
   * @return this
   */
  public DriverBench unplug() {
    port().unplug();
    return awaitState(CompartmentState.AWAY);
  }

  /**
   * Plugs the device in again, into the same port. Does not wait for the driver.
   *
   * @return this
   */
  public DriverBench replug() {
    port().replug();
    return this;
  }

  /**
   * The port that the device belongs to.
   *
   * @return the port
   */
  public SimPort port() {
    if (port == null) {
      throw new IllegalStateException("a trace is being played: there is no simulated port");
    }
    return port;
  }

  /**
   * Makes the driver fail at its next call of the framework.
   *
   * @param fault how
   * @return this
   */
  public DriverBench plant(InjectedFault fault) {
    compartments.all().forEach(c -> c.plant(fault));
    return this;
  }

  /**
   * Ends a quarantine, as an administrator does. Does not wait.
   *
   * @return this
   */
  public DriverBench release() {
    compartments.all().forEach(c -> c.release());
    return this;
  }

  /**
   * Says that the driver does not do its job, as an administrator does. Does not wait.
   *
   * @param words what is wrong
   * @return this
   */
  public DriverBench complain(String words) {
    compartments.all().forEach(c -> c.complain(words));
    return this;
  }

  /**
   * How the rungs of the ladder have done.
   *
   * @return those that were climbed
   */
  public List<RungInfo> ladder() {
    return host.tally("bench").ladder();
  }

  /**
   * Ends the incarnation in good order and starts the next, as an administrator does. Does not
   * wait.
   *
   * @return this
   */
  public DriverBench restart() {
    compartments.all().forEach(c -> c.restart());
    return this;
  }

  /**
   * Stops the driver, as when its bundle is stopped, and returns when it has ended.
   *
   * @return this
   */
  public DriverBench stopDriver() {
    source.there(false);
    compartments.driverGone(source);
    return this;
  }

  /**
   * Brings the driver back after {@link #stopDriver}. Does not wait for it.
   *
   * @return this
   */
  public DriverBench startDriver() {
    source.there(true);
    attach(device);
    return this;
  }

  private void attach(ManagedDevice to) {
    InterfaceDescriptor matched =
        to.configuration()
            .interfaces()
            .filter(i -> interfaceNumber < 0 || i.number() == interfaceNumber)
            .findFirst()
            .orElseThrow(() -> new AssertionError("there is no interface " + interfaceNumber));
    compartments.attach(to, matched, source);
  }

  /**
   * Ends driver, framework and bus.
   *
   * @throws AssertionError where threads, claims, handles, transfers in flight, offers or drivers
   *     are left behind
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    compartments.close();
    sessions.close();
    Await.until(ledger::isClear, ledger::toString);
    watch.close();
    host.close();
    inputs.close();
    Await.until(offers::none, () -> "offers to be taken back: " + offers);
    Await.until(source::allBack, () -> "drivers to be given back: " + source);
    Await.until(threads::ended, () -> "threads to end: " + threads);
    if (replay != null) {
      replay.mismatches().forEach(ledger::complain);
    }
    if (!ledger.complaints().isEmpty()) {
      throw new AssertionError(String.join("; ", ledger.complaints()));
    }
  }

  @Override
  public String toString() {
    return compartments.all().stream().map(c -> c.info()).toList()
        + (replay == null ? "" : " " + replay.progress())
        + (unreadable == null ? "" : " " + unreadable)
        + " "
        + faults().stream().map(f -> f.kind() + ": " + f.message()).toList();
  }

  private final class Listener implements TransportListener {

    private final String transport;

    Listener(String transport) {
      this.transport = transport;
    }

    @Override
    public void arrived(BusDevice bus) {
      try {
        device = ManagedDevice.of(transport, ledger.watched(bus));
        attach(device);
      } catch (UsbException | RuntimeException | AssertionError problem) {
        unreadable = problem;
      }
    }

    @Override
    public void left(BusDevice bus) {
      ManagedDevice gone = device;
      if (gone != null) {
        gone.hold().depart();
        compartments.deviceLeft(gone);
      }
    }
  }
}
