package org.bulkhead.framework.internal.compartment;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.framework.admin.CompartmentInfo;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.InjectedFault;
import org.bulkhead.framework.admin.Rung;
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

  /** More than a reset takes, with transfers to be cancelled before. */
  private static final Duration RUNG_DEADLINE = Duration.ofSeconds(10);

  private static final Duration LOST_DEVICE_GRACE = Duration.ofSeconds(2);

  private final Host host;
  private final SerialExecutor actor;
  private final String deviceKey;
  private final int interfaceNumber;
  private final Ladder ladder = new Ladder();
  private final ActorTimer timer;
  private final Overseer overseer = new Overseer();
  private final Drill drill = new Drill();
  private final Ending ending;
  private final StateRecord kept = new StateRecord();
  private final Logger log;
  private final CountDownLatch firstStart = new CountDownLatch(1);

  private final FlightRecorder recorder = new FlightRecorder();

  private volatile String location;
  private volatile DriverSource source;
  private volatile CompartmentState state = CompartmentState.STOPPED;
  private volatile String reason = "";
  private volatile Incarnation incarnation;
  private volatile Limits limits;
  private volatile List<String> offered = List.of();
  private volatile long faults;
  private volatile int lives;
  private volatile int attachedLife;
  private volatile ManagedDevice device;
  private boolean driverThere;
  private boolean closed;
  private InterfaceDescriptor matched;
  private boolean held;

  /** A compartment without device and driver yet. */
  public Compartment(Host host, ManagedDevice device, InterfaceDescriptor matched, String driver) {
    this.host = host;
    this.actor = new SerialExecutor(host.lifecycle(), 0, this::broken);
    this.deviceKey = device.identity().key();
    this.interfaceNumber = matched.number();
    this.location = device.identity().location();
    this.timer = new ActorTimer(host.clock(), actor);
    this.limits = host.limits(driver);
    this.log = host.loggers().getLogger("driver." + driver + "." + location);
    this.ending = new Ending(this, host, log);
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

  /** The class loader of its driver, null where it is not known. */
  ClassLoader loader() {
    DriverSource current = source;
    return current == null ? null : current.loader();
  }

  /** Its present life, or null. */
  Incarnation incarnation() {
    return incarnation;
  }

  Limits limits() {
    return limits;
  }

  /** Whether its device is unplugged. */
  boolean isAway() {
    return state == CompartmentState.AWAY;
  }

  /** What administration sees. */
  public CompartmentInfo info() {
    int life;
    CompartmentState its;
    do {
      life = lives;
      its = state;
      // Not the state of one life and the number of the next.
    } while (life != lives);
    return new CompartmentInfo(
        location,
        interfaceNumber,
        driverName(),
        its,
        life,
        faults,
        calls(),
        ending.abandoned(),
        reason,
        offered);
  }

  private Tally tally() {
    return host.tally(driverName());
  }

  private long calls() {
    Incarnation current = incarnation;
    return ending.calls() + (current == null ? 0 : current.calls());
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
          ladder.arrived();
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
              timer.schedule(limits.updateWait(), this::letGo);
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
            ladder.reset();
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
            held = false;
          }
          done.countDown();
        });
    return done;
  }

  /** Ends a quarantine; nothing where there is none. */
  public void release() {
    actor.execute(
        () -> {
          if (state == CompartmentState.QUARANTINED && device != null && driverThere) {
            ladder.reset();
            start();
          }
        });
  }

  /** As {@link #pause}, until {@link #proceed}, and only where it would serve otherwise. */
  CountDownLatch hold(String why) {
    CountDownLatch done = new CountDownLatch(1);
    actor.execute(
        () -> {
          if (device != null
              && driverThere
              && state != CompartmentState.QUARANTINED
              && state != CompartmentState.STOPPED) {
            endInOrder(why);
            state = CompartmentState.STOPPED;
            reason = why;
            held = true;
          }
          done.countDown();
        });
    return done;
  }

  /** Goes on after {@link #hold}, with its ladder as it was. */
  void proceed() {
    actor.execute(
        () -> {
          if (held && device != null && driverThere) {
            start();
          }
        });
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

  /** Somebody who uses the driver says that it does not do its job. */
  public void complain(String words) {
    complain(incarnation, words);
  }

  /** The same of one incarnation, which may be over. */
  public void complain(Incarnation current, String words) {
    if (current != null && !current.isCondemned()) {
      fault(current, new Fault(FaultKind.COMPLAINT, words, ""));
    }
  }

  /** Plants a fault for the driver's next crossing. */
  public void plant(InjectedFault fault) {
    drill.plant(fault);
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
    fault(from, Fault.of(kind(from, thrown), thrown));
  }

  private FaultKind kind(Incarnation from, Throwable thrown) {
    if (thrown instanceof ContractBreach) {
      return FaultKind.CONTRACT;
    }
    if (thrown instanceof Error) {
      return FaultKind.ERROR;
    }
    return attachedLife == from.number() ? FaultKind.EXCEPTION : FaultKind.ATTACH;
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

  /** A thread was found that only the driver can have started. */
  void started(Incarnation life, Thread thread) {
    String what = "thread \"" + thread.getName() + "\" was started past all guards";
    if (!life.isCondemned()) {
      fault(life, Fault.stack(FaultKind.FOREIGN_THREAD, what, thread));
    }
  }

  /** The supervisor looks in. */
  void inspect(long nowNanos) {
    Incarnation current = incarnation;
    if (current == null || current.isCondemned()) {
      overseer.forget();
      return;
    }
    Fault fault = overseer.look(current, nowNanos, limits);
    if (fault != null) {
      fault(current, fault);
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
            timer.schedule(LOST_DEVICE_GRACE, () -> stillThere(from.number()));
          }
        });
  }

  // ---- tasks of the actor ------------------------------------------------------------------

  private void start() {
    timer.cancel();
    held = false;
    limits = host.limits(driverName());
    lives++;
    state = CompartmentState.STARTING;
    host.services().suspend(this, "its driver is starting");
    StopSwitch stop = StopSwitch.of(source.loader());
    Incarnation next =
        new Incarnation(this, lives, host.driverThreads(), stop, limits.call(), drill);
    incarnation = next;
    recorder.begins();
    Context context =
        new Context(next, new LentDevice(device, next), matched, host.services(), kept, log);
    DriverSource by = source;
    next.execute(() -> next.run(() -> attachDriver(next, context, by)));
  }

  /** Driver code, on the incarnation's thread and inside its gate. */
  private void attachDriver(Incarnation next, Context context, DriverSource by) throws Throwable {
    next.allow(limits.attach());
    next.progress(0);
    UsbDriver made = by.obtain();
    try {
      UsbDriver.Attachment attached = made.attach(context);
      List<Published> published = context.published();
      next.check();
      host.services().prepare(next, published);
      next.check();
      next.allow(limits.call());
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
      ending.giveBack(by, made, from.number());
      return;
    }
    ending.begin(by, made, attached);
    if (from.isCondemned()) {
      return;
    }
    offered = published.stream().map(Published::label).toList();
    timer.schedule(limits.stable(), () -> ladder.stable(tally()));
    host.services().connect(from, published, firstStart::countDown);
    reason = "";
    state = CompartmentState.RUNNING;
    log.info("{} runs, incarnation {}", this, lives);
  }

  /** Begins the report of a fault; null where there will be none. */
  CrashReports.Pending crash(int life, Fault fault) {
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
    host.services().suspend(this, "its driver is being restarted");
    Incarnation.Drained drained = ending.tearDown(takeIncarnation());
    firstStart.countDown();
    if (attachedLife != from.number()) {
      // What it was given may be why.
      kept.forget();
    }
    recover(fault.afterwards(drained), report);
  }

  private void stillThere(int number) {
    if (lives == number && device != null && state == CompartmentState.BACKOFF) {
      Fault fault = new Fault(FaultKind.LOST_DEVICE, "the device is there but does not answer", "");
      recover(fault, crash(number, fault));
    }
  }

  private void recover(Fault fault, CrashReports.Pending report) {
    faults++;
    if (host.replaces(source.bundleId())) {
      reason = fault.message();
      state = CompartmentState.BACKOFF;
      host.record(this, lives, fault, "waits for another version", report);
      timer.schedule(limits.updateWait(), this::start);
      return;
    }
    Ladder.Step step = ladder.next(limits, System.nanoTime(), tally());
    if (step == null) {
      quarantine(fault, report);
      return;
    }
    reason = fault.message();
    state = CompartmentState.BACKOFF;
    host.record(this, lives, fault, step.toString(), report);
    log.warn("{} {}: {}; {}", this, fault.kind().label(), reason, step);
    timer.schedule(step.pause(), () -> climb(step.rung()));
  }

  /** The device stays claimed, so that no kernel driver gets at what may be half written. */
  private void quarantine(Fault fault, CrashReports.Pending report) {
    reason =
        ("%d faults within %d s, the last: %s. Tried: %s. Mend or update the driver, or replace the"
                + " device; then: driver:release %s")
            .formatted(
                ladder.recent(),
                limits.period().toSeconds(),
                fault.message(),
                ladder.tried(),
                location);
    host.services().refuse(this, reason);
    host.record(this, lives, fault, "quarantined", report);
    state = CompartmentState.QUARANTINED;
    log.error("{} quarantined: {}", this, reason);
  }

  private void climb(Rung rung) {
    ladder.climbing(tally());
    if (rung == Rung.RESTART) {
      start();
      return;
    }
    timer.schedule(RUNG_DEADLINE, () -> climbed(rung, false, "not done within " + RUNG_DEADLINE));
    int ticket = timer.ticket();
    Climb climb = new Climb(this, device, host.siblings(this));
    host.lifecycle()
        .execute(
            () -> {
              String failure = null;
              boolean leaves = false;
              try {
                leaves = climb.run(rung, limits, () -> timer.isCurrent(ticket));
              } catch (UsbException | RuntimeException failed) {
                failure = Fault.of(FaultKind.EXCEPTION, failed).message();
              }
              boolean anew = leaves;
              String why = failure;
              actor.execute(
                  () -> {
                    if (timer.isCurrent(ticket)) {
                      climbed(rung, anew, why);
                    }
                  });
            });
  }

  private void climbed(Rung rung, boolean leaves, String failure) {
    if (failure != null) {
      log.warn("{}: {} failed: {}", this, rung.label(), failure);
      ladder.impossible(tally(), failure);
    } else if (leaves) {
      // Its arrival starts the driver. Where it does not come:
      timer.schedule(LOST_DEVICE_GRACE, this::start);
      return;
    } else {
      ladder.stayed();
    }
    start();
  }

  private void leave() {
    firstStart.countDown();
    host.services().away(this, "device " + location + " is unplugged");
    tearDown();
    drill.callOff();
    device.hold().gone();
    device = null;
    timer.cancel();
    state = CompartmentState.AWAY;
    reason = "unplugged";
    offered = List.of();
  }

  private void endInOrder(String why) {
    timer.cancel();
    Incarnation current = incarnation;
    if (current == null) {
      return;
    }
    host.services().suspend(this, why);
    state = CompartmentState.STOPPING;
    ending.detach(current);
    tearDown();
    drill.callOff();
  }

  /** The current incarnation, which is none any more. */
  private Incarnation takeIncarnation() {
    Incarnation last = incarnation;
    incarnation = null;
    return last;
  }

  private void tearDown() {
    ending.tearDown(takeIncarnation());
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
}
