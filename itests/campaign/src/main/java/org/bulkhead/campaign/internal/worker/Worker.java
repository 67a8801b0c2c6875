package org.bulkhead.campaign.internal.worker;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bulkhead.campaign.internal.plan.Planned;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.contract.SessionProperties;
import org.bulkhead.device.input.InputDevice;
import org.bulkhead.device.input.InputListener;
import org.bulkhead.framework.admin.FaultInfo;
import org.bulkhead.framework.admin.FaultListener;
import org.bulkhead.framework.admin.Gateway;
import org.bulkhead.transport.chaos.Chaos;
import org.bulkhead.transport.sim.SimAcm;
import org.bulkhead.transport.sim.SimBus;
import org.bulkhead.transport.sim.SimDescription;
import org.bulkhead.transport.sim.SimDevice;
import org.bulkhead.transport.sim.SimFtdi;
import org.bulkhead.transport.sim.SimHid;
import org.bulkhead.transport.sim.SimMedium;
import org.bulkhead.transport.sim.SimStick;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.serial.SerialDevice;

/**
 * The campaign inside the gateway: plugs the devices in, puts load on them and injects what it is
 * told to. Does nothing where no campaign has started this gateway.
 */
@Component(immediate = true)
public final class Worker implements FaultListener {

  private static final String PORT = "campaign.port";
  private static final String PATIENCE = "campaign.patience";
  private static final String CONTROL = "campaign.control";
  private static final long MEDIUM_BYTES = 1 << 20;
  private static final long SERVICE_NANOS = 60_000_000_000L;
  private static final long ROUND_NANOS = 20_000_000_000L;

  /** Without supervision nobody else ends it, and who waits for each wastes the campaign's time. */
  private static final long CONTROL_ROUND_NANOS = 2_000_000_000L;

  private static final long WITNESS_NANOS = 5_000_000_000L;

  private final BundleContext context;
  private final Gateway gateway;
  private final SimBus bus;
  private final Chaos chaos;
  private final boolean control;
  private final Map<String, Lane> lanes = new HashMap<>();
  private final List<Thread> threads = new ArrayList<>();
  private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1);
  private volatile List<Lane> told = List.of();
  private volatile Witness witness;
  private volatile Link link;

  /** Starts the campaign on a thread of its own. */
  @Activate
  public Worker(
      BundleContext context,
      @Reference Gateway gateway,
      @Reference SimBus bus,
      @Reference Chaos chaos) {
    this.context = context;
    this.gateway = gateway;
    this.bus = bus;
    this.chaos = chaos;
    String port = context.getProperty(PORT);
    control = Boolean.parseBoolean(context.getProperty(CONTROL));
    if (port != null) {
      start("campaign", () -> serve(Integer.parseInt(port)));
    }
  }

  private void start(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    synchronized (threads) {
      threads.add(thread);
    }
    thread.start();
  }

  @Deactivate
  void stop() throws IOException {
    clock.shutdownNow();
    Link open = link;
    if (open != null) {
      open.close();
    }
    synchronized (threads) {
      threads.forEach(Thread::interrupt);
    }
  }

  @Override
  public void fault(FaultInfo fault) {
    told.forEach(lane -> lane.fault(fault));
    Witness beside = witness;
    if (beside != null) {
      beside.fault(fault);
    }
  }

  private void serve(int port) {
    try (Link open = new Link(port)) {
      link = open;
      try {
        prepare(open);
      } catch (Throwable failed) {
        open.say("X " + failed + " " + List.of(failed.getStackTrace()));
        throw failed;
      }
      clock.scheduleWithFixedDelay(() -> tick(open), 200, 200, TimeUnit.MILLISECONDS);
      open.say("READY");
      lanes.forEach((name, lane) -> start("lane-" + lane.location(), lane));
      for (String line = open.hear(); line != null; line = open.hear()) {
        Planned fault = Planned.parse(line);
        lanes.get(fault.driver()).add(fault);
      }
    } catch (Throwable failed) {
      System.err.println("campaign: the worker failed: " + failed);
      failed.printStackTrace();
    } finally {
      // The gateway was started for this only.
      Runtime.getRuntime().halt(0);
    }
  }

  private void prepare(Link open) {
    SimMedium medium = SimMedium.pattern(MEDIUM_BYTES, 1);
    SimMedium beside = SimMedium.pattern(MEDIUM_BYTES, 2);
    long patience = 1_000_000L * Long.parseLong(context.getProperty(PATIENCE));
    Echo ftdiEcho = new Echo();
    Echo acmEcho = new Echo();
    SimFtdi ftdi = new SimFtdi("CAMPAIGN2", ftdiEcho);
    SimAcm acm = new SimAcm("CAMPAIGN3", acmEcho);
    SimHid keyboard = SimHid.keyboard("CAMPAIGN4");

    Lane storage = lane("org.bulkhead.driver.massstorage", "sim-1", new SimStick(medium), open);
    Lane serial = lane("org.bulkhead.driver.ftdi", "sim-2", ftdi, open);
    Lane modem = lane("org.bulkhead.driver.cdcacm", "sim-3", acm, open);
    Lane input = lane("org.bulkhead.driver.hid", "sim-4", keyboard, open);
    bus.plug(witnessStick(beside), 5);
    told = List.copyOf(lanes.values());

    storage.load(new StorageLoad(service(BlockDevice.class, "sim-1"), medium, storage));
    serial.load(
        new SerialLoad(
            service(SerialDevice.class, "sim-2"),
            ftdiEcho,
            () -> ftdi.settings().baudRate(),
            serial,
            patience));
    modem.load(
        new SerialLoad(
            service(SerialDevice.class, "sim-3"),
            acmEcho,
            () -> acm.settings().baudRate(),
            modem,
            patience));
    InputLoad keys = new InputLoad(service(InputDevice.class, "sim-4"), keyboard, input, patience);
    Dictionary<String, Object> only = new Hashtable<>(Map.of(SessionProperties.LOCATION, "sim-4"));
    context.registerService(InputListener.class, keys, only);
    input.load(keys);

    witness = new Witness("sim-5", open, told);
    witness.load(new StorageLoad(service(BlockDevice.class, "sim-5"), beside, witness));
    start("witness", witness);
  }

  private Lane lane(String driver, String location, SimDevice device, Link open) {
    Bundle bundle =
        Stream.of(context.getBundles())
            .filter(b -> driver.equals(b.getSymbolicName()))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("there is no bundle " + driver));
    bus.plug(device, Integer.parseInt(location.substring("sim-".length())));
    // Its classes must be there before it is armed, and loading them resolves it.
    Lane lane =
        new Lane(
            new Keeper(gateway, location),
            bundle,
            new Armament(bundle, location, chaos),
            Path.of(context.getProperty("bulkhead.deploy"), driver + ".jar"),
            open,
            control);
    lanes.put(driver, lane);
    return lane;
  }

  private static SimStick witnessStick(SimMedium medium) {
    return new SimStick(
        SimDescription.builder(0x1209, 0x0005)
            .product("Witness")
            .serialNumber("CAMPAIGN5")
            .configuration(1)
            .interfaceSetting(0, 0, 0x08, 0x06, 0x50)
            .bulk(0x81)
            .bulk(0x02)
            .build(),
        medium);
  }

  private <S> S service(Class<S> type, String location) {
    String filter = "(" + SessionProperties.LOCATION + "=" + location + ")";
    Supplier<ServiceReference<S>> look =
        () -> {
          try {
            return context.getServiceReferences(type, filter).stream().findFirst().orElse(null);
          } catch (InvalidSyntaxException impossible) {
            throw new IllegalArgumentException(impossible);
          }
        };
    long until = System.nanoTime() + SERVICE_NANOS;
    for (ServiceReference<S> found = look.get(); ; found = look.get()) {
      if (found != null) {
        return context.getService(found);
      }
      if (System.nanoTime() - until > 0) {
        throw new IllegalStateException(
            "no " + type.getSimpleName() + " at " + location + "; faults: " + gateway.faults());
      }
      LockSupport.parkNanos(1_000_000L);
    }
  }

  /** Ends rounds that never end, and says that this process is alive, and how big. */
  private void tick(Link open) {
    long patience = control ? CONTROL_ROUND_NANOS : ROUND_NANOS;
    for (Lane lane : told) {
      long over = lane.interruptAfter(patience);
      Planned armed = lane.current();
      if (over > patience && armed != null) {
        open.say("STUCK " + armed.index());
      }
    }
    open.say("L " + witness.calls(WITNESS_NANOS));
    Runtime runtime = Runtime.getRuntime();
    open.say(
        "H %d %d %d %d"
            .formatted(
                (runtime.totalMemory() - runtime.freeMemory()) >> 20,
                ManagementFactory.getThreadMXBean().getThreadCount(),
                ManagementFactory.getClassLoadingMXBean().getLoadedClassCount(),
                witness.rounds()));
  }
}
