package org.bulkhead.framework.internal.compartment;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.framework.admin.CompartmentInfo;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.InjectedFault;
import org.bulkhead.framework.internal.device.ManagedDevice;
import org.bulkhead.framework.internal.device.UsbFunction;
import org.bulkhead.framework.internal.recorder.CrashReports;
import org.bulkhead.framework.internal.recorder.FlightRecorder;
import org.bulkhead.framework.internal.usb.LentDevice;
import org.bulkhead.framework.internal.weave.ForbiddenCall;
import org.bulkhead.framework.internal.weave.StopSwitch;
import org.bulkhead.framework.internal.weave.Violation;
import org.osgi.service.log.Logger;

/**
 * One driver attached to one interface of one device: its incarnations, one after another, and what
 * happens between them.
 *
 * <p>Everything that changes its state is a task of {@link #actor}, so there is one change at a
 * time and no lock. The actor never runs driver code, and waits only with a deadline. Longer than
 * most classes here, because a life is best read in one place.
 */
public final class Compartment {

  private static final Duration LOST_DEVICE_GRACE = Duration.ofSeconds(2);

  private final Host host;
  private final SerialExecutor actor;
  private final String deviceKey;
  private final int interfaceNumber;
  private final RestartBudget budget;
  private final Logger log;
  private final CountDownLatch firstStart = new CountDownLatch(1);

  private final FlightRecorder recorder = new FlightRecorder();

  private volatile String location;
  private volatile DriverSource source;
  private volatile CompartmentState state = CompartmentState.STOPPED;
  private volatile String reason = "";
  private volatile Incarnation incarnation;
  private volatile List<String> offered = List.of();
  private volatile long faults;
  private volatile long pastCalls;
  private volatile int abandoned;
  private volatile int lives;
  private volatile int attachedLife;
  private volatile ManagedDevice device;
  private boolean driverThere;
  private boolean closed;
  private InterfaceDescriptor matched;
  private UsbDriver driver;
  private UsbDriver.Attachment attachment;
  private Future<?> timer;
  private int timerTicket;

  /** A compartment without device and driver yet. */
  public Compartment(Host host, ManagedDevice device, InterfaceDescriptor matched, String driver) {
    this.host = host;
    this.actor = new SerialExecutor(host.lifecycle(), 0, this::broken);
    this.deviceKey = device.identity().key();
    this.interfaceNumber = matched.number();
    this.location = device.identity().location();
    this.budget = new RestartBudget(host.limits());
    this.log = host.loggers().getLogger("driver." + driver + "." + location);
    host.supervise(this);
  }

  /** Its last transfers. */
  public FlightRecorder recorder() {
    return recorder;
  }

  /** The identity of its device. */
  public String deviceKey() {
    return deviceKey;
  }

  /** Where its device is, or was. */
  public String location() {
    return location;
  }

  /** The interface that it drives. */
  public int interfaceNumber() {
    return interfaceNumber;
  }

  /** The name of its driver. */
  public String driverName() {
    DriverSource current = source;
    return current == null ? "" : current.name();
  }

  /** The bundle of its driver, -1 where it is not known. */
  long bundleId() {
    DriverSource current = source;
    return current == null ? -1 : current.bundleId();
  }

  /** What the standard says of its interface; called by its actor. */
  public Map<String, Object> usbProperties() {
    return device == null ? Map.of() : new UsbFunction(device, matched).properties();
  }

  /** What administration sees. */
  public CompartmentInfo info() {
    return new CompartmentInfo(
        location,
        interfaceNumber,
        driverName(),
        state,
        lives,
        faults,
        calls(),
        abandoned,
        reason,
        offered);
  }

  private long calls() {
    Incarnation current = incarnation;
    return pastCalls + (current == null ? 0 : current.calls());
  }

  @Override
  public String toString() {
    return driverName() + "@" + location + ":" + interfaceNumber;
  }

  // ---- orders, from any thread -------------------------------------------------------------

  /** Attaches the driver to the device, which may be back after an absence. */
  public void attach(ManagedDevice to, InterfaceDescriptor at, DriverSource by) {
    actor.execute(
        () -> {
          if (closed || !by.isThere()) {
            // It went while the device manager chose it, and its driverGone may have been before.
            return;
          }
          endInOrder("attached anew");
          if (device != null && device != to) {
            device.hold().gone();
          }
          device = to;
          matched = at;
          location = to.identity().location();
          source = by;
          driverThere = true;
          budget.reset();
          if (to.hold().departed()) {
            leave();
          } else {
            start();
          }
        });
  }

  /** Waits until the first incarnation runs, or has failed. */
  boolean awaitStarted(long untilNanos) throws InterruptedException {
    return firstStart.await(untilNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
  }

  /** Its device is unplugged. */
  public void deviceLeft(ManagedDevice which) {
    actor.execute(
        () -> {
          if (device == which) {
            leave();
          }
        });
  }

  /**
   * Its driver is being stopped: ends in good order and holds the device for a successor.
   *
   * @return counted down when it is done
   */
  public CountDownLatch driverGone(DriverSource which) {
    CountDownLatch done = new CountDownLatch(1);
    actor.execute(
        () -> {
          if (source == which) {
            driverThere = false;
            endInOrder("its driver " + which.name() + " is stopped");
            if (device != null) {
              state = CompartmentState.STOPPED;
              reason = "its driver " + which.name() + " is stopped";
              schedule(host.limits().updateWait(), this::letGo);
            }
          }
          done.countDown();
        });
    return done;
  }

  /** Ends the incarnation in good order and starts the next; ends a quarantine. */
  public void restart() {
    actor.execute(
        () -> {
          if (device != null && driverThere) {
            endInOrder("restarted by the administrator");
            budget.reset();
            start();
          }
        });
  }

  /**
   * Ends the incarnation in good order, until {@link #restart}.
   *
   * @return counted down when it is done
   */
  public CountDownLatch pause(String why) {
    CountDownLatch done = new CountDownLatch(1);
    actor.execute(
        () -> {
          if (device != null && driverThere) {
            endInOrder(why);
            state = CompartmentState.STOPPED;
            reason = why;
          }
          done.countDown();
        });
    return done;
  }

  /** Ends for good. */
  public CountDownLatch close(String why) {
    CountDownLatch done = new CountDownLatch(1);
    actor.execute(
        () -> {
          closed = true;
          driverThere = false;
          try {
            endInOrder(why);
            releaseClaims();
          } finally {
            state = CompartmentState.STOPPED;
            reason = why;
            host.services().close(this, why);
            host.forget(this);
            done.countDown();
          }
        });
    return done;
  }

  /** Plants a fault for the driver's next crossing. */
  public void plant(InjectedFault fault) {
    Incarnation current = incarnation;
    if (current != null) {
      current.plant(fault);
    }
  }

  // ---- what incarnations report, from any thread -------------------------------------------

  /** A crossing ended with something that its contract does not name. */
  public void thrown(Incarnation from, Throwable thrown) {
    if (from.isCondemned()) {
      return;
    }
    if (isUnplug(thrown)) {
      deviceLost(from);
      return;
    }
    if (!source.isThere()) {
      // Its end is on its way, by driverGone.
      from.condemn();
      return;
    }
    FaultKind kind =
        thrown instanceof Error
            ? FaultKind.ERROR
            : attachedLife == from.number() ? FaultKind.EXCEPTION : FaultKind.ATTACH;
    fault(from, Fault.of(kind, thrown));
  }

  /** The driver says that it is broken. */
  void reported(Incarnation from, Throwable cause) {
    if (isUnplug(cause)) {
      deviceLost(from);
    } else {
      fault(from, Fault.of(FaultKind.REPORTED, cause));
    }
  }

  /** The driver made a call that no driver may make. */
  void violated(Incarnation from, Violation violation, ForbiddenCall call) {
    if (!from.isCondemned()) {
      fault(from, Fault.of(FaultKind.valueOf(violation.name()), call));
    }
  }

  /** The supervisor looks in. */
  void inspect(long nowNanos) {
    Incarnation current = incarnation;
    if (current == null || current.isCondemned()) {
      return;
    }
    Thread stuck = current.overdue(nowNanos);
    if (stuck != null) {
      fault(current, Fault.hang("no progress within the deadline, in " + stuck.getName(), stuck));
    }
  }

  private static boolean isUnplug(Throwable thrown) {
    return thrown instanceof UsbException usb && usb.kind() == UsbException.Kind.DISCONNECTED;
  }

  /** A task of the actor threw, which no driver can make it do: the compartment starts over. */
  private void broken(Throwable thrown) {
    log.error("{} failed inside the framework", this, thrown);
    Incarnation current = incarnation;
    if (current != null) {
      fault(current, Fault.of(FaultKind.EXCEPTION, thrown));
    }
  }

  private void fault(Incarnation from, Fault fault) {
    // Before what is in flight is cancelled, and threads leave the place where they hang.
    CrashReports.Pending report = from.isCondemned() ? null : crash(from.number(), fault);
    from.condemn();
    actor.execute(() -> faulted(from, fault, report));
  }

  private void deviceLost(Incarnation from) {
    from.condemn();
    actor.execute(
        () -> {
          if (from == incarnation) {
            host.services().suspend(this, "the device does not answer");
            tearDown();
            state = CompartmentState.BACKOFF;
            reason = "the device does not answer";
            schedule(LOST_DEVICE_GRACE, () -> stillThere(from.number()));
          }
        });
  }

  // ---- tasks of the actor ------------------------------------------------------------------

  private void start() {
    cancelTimer();
    lives++;
    state = CompartmentState.STARTING;
    host.services().suspend(this, "its driver is starting");
    StopSwitch stop = StopSwitch.of(source.loader());
    Incarnation next =
        new Incarnation(this, lives, host.driverThreads(), stop, host.limits().call());
    incarnation = next;
    recorder.begins();
    Context context =
        new Context(next, new LentDevice(device, next), matched, host.services(), log);
    DriverSource by = source;
    next.execute(() -> next.run(() -> attachDriver(next, context, by)));
  }

  /** Driver code, on the incarnation's thread and inside its gate. */
  private void attachDriver(Incarnation next, Context context, DriverSource by) throws Throwable {
    next.allow(host.limits().attach());
    next.progress(0);
    UsbDriver made = by.obtain();
    try {
      UsbDriver.Attachment attached = made.attach(context);
      List<Published> published = context.published();
      next.check();
      host.services().prepare(next, published);
      next.check();
      next.allow(host.limits().call());
      attachedLife = next.number();
      actor.execute(() -> attached(next, by, made, attached, published));
    } catch (Throwable failed) {
      by.release(made);
      throw failed;
    }
  }

  private void attached(
      Incarnation from,
      DriverSource by,
      UsbDriver made,
      UsbDriver.Attachment attached,
      List<Published> published) {
    if (from != incarnation) {
      giveBack(by, made);
      return;
    }
    driver = made;
    attachment = attached;
    if (from.isCondemned()) {
      return;
    }
    offered = published.stream().map(Published::label).toList();
    host.services().connect(from, published, firstStart::countDown);
    state = CompartmentState.RUNNING;
    reason = "";
    log.info("{} runs, incarnation {}", this, lives);
  }

  private CrashReports.Pending crash(int life, Fault fault) {
    DriverSource by = source;
    return host.crash(this, life, fault, device, by == null ? "" : by.version());
  }

  private void faulted(Incarnation from, Fault fault, CrashReports.Pending report) {
    if (from != incarnation) {
      if (report != null) {
        report.done("nothing: this incarnation had ended already");
      }
      return;
    }
    faults++;
    host.services().suspend(this, "its driver is being restarted");
    tearDown();
    firstStart.countDown();
    if (host.replaces(source.bundleId())) {
      state = CompartmentState.BACKOFF;
      reason = fault.message();
      host.record(this, lives, fault, "waits for another version", report);
      schedule(host.limits().updateWait(), this::start);
      return;
    }
    Duration pause = budget.fault(System.nanoTime());
    if (pause == null) {
      state = CompartmentState.QUARANTINED;
      reason =
          "%d faults within %d s, the last: %s. Mend the driver, then: driver:restart %s"
              .formatted(
                  budget.recent(), host.limits().period().toSeconds(), fault.message(), location);
      host.services().refuse(this, reason);
      host.record(this, lives, fault, "quarantined", report);
      log.error("{} quarantined: {}", this, reason);
      return;
    }
    state = CompartmentState.BACKOFF;
    reason = fault.message();
    host.record(this, lives, fault, "restarted after " + pause.toMillis() + " ms", report);
    log.warn("{} {}: {}; restarts in {} ms", this, fault.kind().label(), reason, pause.toMillis());
    schedule(pause, this::start);
  }

  private void stillThere(int number) {
    if (lives == number && device != null && state == CompartmentState.BACKOFF) {
      Duration pause = budget.fault(System.nanoTime());
      Fault fault = new Fault(FaultKind.LOST_DEVICE, "the device is there but does not answer", "");
      CrashReports.Pending report = crash(number, fault);
      faults++;
      if (pause == null) {
        state = CompartmentState.QUARANTINED;
        reason =
            "the device is there but does not answer: unplug it, or driver:restart " + location;
        host.services().refuse(this, reason);
        host.record(this, lives, fault, "quarantined", report);
      } else {
        host.record(this, lives, fault, "restarted", report);
        start();
      }
    }
  }

  private void leave() {
    firstStart.countDown();
    host.services().away(this, "device " + location + " is unplugged");
    tearDown();
    device.hold().gone();
    device = null;
    cancelTimer();
    state = CompartmentState.AWAY;
    reason = "unplugged";
    offered = List.of();
  }

  private void endInOrder(String why) {
    cancelTimer();
    Incarnation current = incarnation;
    if (current == null) {
      return;
    }
    host.services().suspend(this, why);
    state = CompartmentState.STOPPING;
    detachDriver(current);
    tearDown();
  }

  private void detachDriver(Incarnation current) {
    UsbDriver.Attachment last = attachment;
    if (last == null || current.isCondemned()) {
      return;
    }
    CountDownLatch detached = new CountDownLatch(1);
    current.execute(
        () -> {
          current.run(
              () -> {
                try {
                  last.detach();
                } catch (Exception untidy) {
                  log.warn(
                      "{} did not detach in good order: {}",
                      this,
                      Fault.of(FaultKind.EXCEPTION, untidy).message());
                } finally {
                  // Still inside the gate, so that no waiting call enters a driver that has left.
                  current.condemn();
                }
              });
          detached.countDown();
        });
    if (!awaited(detached, host.limits().detach())) {
      log.warn("{} did not detach within {} ms", this, host.limits().detach().toMillis());
    }
  }

  /** Ends the current incarnation, whatever it takes. */
  private void tearDown() {
    Incarnation last = incarnation;
    if (last == null) {
      return;
    }
    incarnation = null;
    last.condemn();
    pastCalls += last.calls();
    host.services().ended(this);
    try {
      if (!last.drain(host.limits().teardown())) {
        abandoned++;
        log.error("{} left a thread inside that cannot be ended; abandoned", this);
      }
    } catch (InterruptedException shutdown) {
      Thread.currentThread().interrupt();
    }
    if (driver != null) {
      giveBack(source, driver);
    }
    driver = null;
    attachment = null;
  }

  /** Runs the driver's deactivation, which is driver code: on a driver's thread. */
  private void giveBack(DriverSource to, UsbDriver used) {
    GivingBack released = new GivingBack(to, used);
    host.driverThreads().execute(released);
    try {
      if (!released.within(host.limits().detach())) {
        abandoned++;
        log.error("{} hangs in the deactivation of its driver; abandoned", this);
      }
    } catch (InterruptedException shutdown) {
      Thread.currentThread().interrupt();
    }
  }

  private void letGo() {
    if (state == CompartmentState.STOPPED) {
      releaseClaims();
      offered = List.of();
      host.services().away(this, reason);
    }
  }

  private void releaseClaims() {
    if (device != null) {
      try {
        device.hold().release(this);
      } catch (UsbException failed) {
        log.warn("{}: {}", this, failed.getMessage());
      }
    }
  }

  private void schedule(Duration pause, Runnable task) {
    cancelTimer();
    int ticket = timerTicket;
    Runnable unlessCancelled =
        () -> {
          if (ticket == timerTicket) {
            task.run();
          }
        };
    timer =
        host.clock()
            .schedule(() -> actor.execute(unlessCancelled), pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void cancelTimer() {
    timerTicket++;
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private static boolean awaited(CountDownLatch latch, Duration patience) {
    try {
      return latch.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException shutdown) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
