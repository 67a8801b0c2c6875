package org.bulkhead.benchmarks.gateway;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bulkhead.benchmarks.WeavingLoader;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.contract.SessionProperties;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.device.input.KeyboardLayout;
import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.transport.TransportListener;
import org.bulkhead.framework.admin.InjectedFault;
import org.bulkhead.framework.admin.Rung;
import org.bulkhead.framework.internal.compartment.Budget;
import org.bulkhead.framework.internal.compartment.Compartment;
import org.bulkhead.framework.internal.compartment.Compartments;
import org.bulkhead.framework.internal.compartment.DriverSource;
import org.bulkhead.framework.internal.compartment.Host;
import org.bulkhead.framework.internal.compartment.Incarnation;
import org.bulkhead.framework.internal.compartment.Limits;
import org.bulkhead.framework.internal.compartment.Published;
import org.bulkhead.framework.internal.compartment.Services;
import org.bulkhead.framework.internal.device.ManagedDevice;
import org.bulkhead.framework.internal.input.InputHub;
import org.bulkhead.framework.internal.session.SessionRegistry;
import org.bulkhead.testkit.internal.ListLog;
import org.bulkhead.transport.sim.SimBus;
import org.bulkhead.transport.sim.SimMedium;
import org.bulkhead.transport.sim.SimStick;

/**
 * What the parts of a recovery take, with many devices served beside the one whose driver fails. A
 * block is read, the driver throws, and the very call that met it returns with its block.
 */
public final class Recovery {

  private static final String STORAGE = "org.bulkhead.driver.massstorage.";
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final int WARM_UP = 10;

  private final Map<String, BlockDevice> offered = new ConcurrentHashMap<>();
  private final WeavingLoader loader = new WeavingLoader(STORAGE, true);
  private final Steps steps;
  private final Compartments compartments;

  /** The moments of one recovery, as nanoTime. */
  private static final class Steps implements Services {

    private final SessionRegistry sessions;
    private volatile Compartment failing;
    private volatile long detected;
    private volatile long tornDown;
    private volatile long startBegun;
    private volatile long connected;

    Steps(SessionRegistry sessions) {
      this.sessions = sessions;
    }

    void begin(Compartment which) {
      failing = which;
      detected = 0;
    }

    void released() {
      tornDown = System.nanoTime();
    }

    @Override
    public void checkType(Class<?> type) {
      sessions.checkType(type);
    }

    @Override
    public void prepare(Incarnation incarnation, List<Published> published) throws Throwable {
      sessions.prepare(incarnation, published);
    }

    @Override
    public void connect(Incarnation incarnation, List<Published> published, Runnable done) {
      if (incarnation.compartment() == failing) {
        connected = System.nanoTime();
      }
      sessions.connect(incarnation, published, done);
    }

    @Override
    public void ended(Compartment compartment) {
      sessions.ended(compartment);
    }

    @Override
    public void suspend(Compartment compartment, String reason) {
      if (compartment == failing) {
        if (detected == 0) {
          detected = System.nanoTime();
        } else {
          startBegun = System.nanoTime();
        }
      }
      sessions.suspend(compartment, reason);
    }

    @Override
    public void refuse(Compartment compartment, String reason) {
      sessions.refuse(compartment, reason);
    }

    @Override
    public void away(Compartment compartment, String reason) {
      sessions.away(compartment, reason);
    }

    @Override
    public void close(Compartment compartment, String reason) {
      sessions.close(compartment, reason);
    }
  }

  private Recovery(int devices) throws InterruptedException {
    ListLog log = new ListLog();
    InputHub inputs = new InputHub(KeyboardLayout.named("us"), log.loggers().getLogger("gateway"));
    CountDownLatch all = new CountDownLatch(devices);
    SessionRegistry sessions =
        new SessionRegistry(
            (type, service, properties) -> {
              String location = (String) properties.get(SessionProperties.LOCATION);
              offered.put(location, (BlockDevice) service);
              all.countDown();
              return () -> offered.remove(location);
            },
            Duration.ofSeconds(30),
            inputs);
    steps = new Steps(sessions);
    Limits d = Limits.DEFAULT;
    Limits patient =
        new Limits(
            d.call(),
            d.attach(),
            d.detach(),
            d.teardown(),
            Integer.MAX_VALUE,
            d.period(),
            PAUSE,
            PAUSE,
            d.updateWait(),
            d.stable(),
            List.of(Rung.RESTART),
            Budget.DEFAULT);
    compartments = new Compartments(new Host(patient, steps, log.loggers()));
    SimBus bus = new SimBus();
    bus.watch(new Attaching());
    for (int i = 0; i < devices; i++) {
      bus.plug(new SimStick("R" + i, SimMedium.pattern(1 << 20, 1)));
    }
    if (!all.await(2, TimeUnit.MINUTES)) {
      throw new IllegalStateException("only " + offered.size() + " are served: " + log.lines());
    }
  }

  /** Makes drivers, and sees the old one go when it is torn down. */
  private final class Drivers implements DriverSource {

    @Override
    public String name() {
      return "mass-storage";
    }

    @Override
    public boolean isThere() {
      return true;
    }

    @Override
    public ClassLoader loader() {
      return loader;
    }

    @Override
    public UsbDriver obtain() {
      return loader.make(UsbDriver.class, STORAGE + "internal.MassStorageDriver");
    }

    @Override
    public void release(UsbDriver driver) {
      steps.released();
    }
  }

  /** Attaches the driver to what arrives. */
  private final class Attaching implements TransportListener {

    @Override
    public void arrived(BusDevice bus) {
      try {
        ManagedDevice device = ManagedDevice.of("sim", bus);
        compartments.attach(
            device, device.configuration().interfaces().findFirst().orElseThrow(), new Drivers());
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void left(BusDevice bus) {}
  }

  /** Nanoseconds: detect, tear down, pause, start, reintegrate. */
  private long[] recover(String location, InjectedFault fault) throws Exception {
    Compartment compartment = compartments.of(c -> c.location().equals(location)).get(0);
    BlockDevice session = offered.get(location);
    ByteBuffer block = ByteBuffer.allocateDirect(512);
    session.read(0, block.clear());
    steps.begin(compartment);
    compartment.plant(fault);
    long begun = System.nanoTime();
    session.read(0, block.clear());
    long ended = System.nanoTime();
    return new long[] {
      steps.detected - begun,
      steps.tornDown - steps.detected,
      steps.startBegun - steps.tornDown,
      steps.connected - steps.startBegun,
      ended - steps.connected
    };
  }

  /**
   * Prints the medians of each part, in nanoseconds.
   *
   * @param args how many devices, the kind of fault, how often
   * @throws Exception where a recovery fails
   */
  public static void main(String[] args) throws Exception {
    Recovery recovery = new Recovery(Integer.parseInt(args[0]));
    String location = recovery.offered.keySet().iterator().next();
    InjectedFault fault = InjectedFault.valueOf(args[1]);
    int times = Integer.parseInt(args[2]);
    for (int i = 0; i < WARM_UP; i++) {
      recovery.recover(location, InjectedFault.THROW);
    }
    long[][] parts = new long[5][times];
    for (int i = 0; i < times; i++) {
      long[] each = recovery.recover(location, fault);
      for (int part = 0; part < parts.length; part++) {
        parts[part][i] = each[part];
      }
    }
    StringBuilder line = new StringBuilder();
    for (long[] part : parts) {
      Arrays.sort(part);
      line.append(part[part.length / 2]).append(' ');
    }
    System.out.println(line.toString().strip());
    System.exit(0);
  }
}
