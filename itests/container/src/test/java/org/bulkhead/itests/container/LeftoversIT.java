package org.bulkhead.itests.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.framework.admin.CompartmentInfo;
import org.bulkhead.itests.container.probe.ProbeDriver;
import org.bulkhead.transport.sim.ScriptStep;
import org.bulkhead.transport.sim.ScriptedDevice;
import org.bulkhead.transport.sim.SimFaults.Fault;
import org.bulkhead.transport.sim.SimMedium;
import org.bulkhead.transport.sim.SimPort;
import org.bulkhead.transport.sim.SimStick;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.device.Device;

/** What is left of a driver when it, its device or its faults are over: nothing. */
public class LeftoversIT extends BusTest {

  private static final int UPDATES = 50;

  /** Pools keep idle threads for a while; more than these would be one for each life. */
  private static final long POOLED_THREADS = 8;

  /** Threads that come and go with what Felix, Maven and this test do. */
  private static final String OTHERS = "(Felix|awaitility|test-|surefire|device-access).*";

  @Configuration
  public Option[] features() {
    return options(
        osgi(),
        framework(),
        supervision(
            Map.of(
                "updateWaitMillis", 100,
                "callDeadlineMillis", 1_000,
                "attachDeadlineMillis", 2_000,
                "restartIntensity", 100,
                "backoffMillis", 5,
                "backoffMaxMillis", 5)),
        simulatedBus(),
        storageDriver());
  }

  /** What can be left behind, as numbers. */
  private record Leftovers(Map<String, Long> threads, long directBytes, int services) {

    /** Less is fine: what was before may have been somebody else's leftovers. */
    boolean isNoMoreThan(Leftovers before) {
      return directBytes <= before.directBytes
          && services <= before.services
          && threads.entrySet().stream()
              .allMatch(t -> t.getValue() <= before.threads.getOrDefault(t.getKey(), 0L));
    }
  }

  private Leftovers leftovers() throws Exception {
    Map<String, Long> threads = new TreeMap<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (!thread.getName().matches(OTHERS)) {
        threads.merge(thread.getName().replaceAll("\\d+", "#"), 1L, Long::sum);
      }
    }
    for (String pool : List.of("driver-#", "compartment-#", "publisher")) {
      threads.computeIfPresent(pool, (name, count) -> Math.max(0, count - POOLED_THREADS));
    }
    Memory.collect();
    return new Leftovers(
        threads, Memory.direct(), context.getAllServiceReferences(null, null).length);
  }

  private void nothingIsLeftSince(Leftovers before) {
    eventually("nothing left")
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () -> {
              Leftovers now = leftovers();
              assertThat(now.isNoMoreThan(before)).as("%s, before %s", now, before).isTrue();
            });
  }

  @Test
  public void stoppedDriver_leavesNothing() throws Exception {
    SimPort port = plug(widget());
    awaitOffered(port);
    Leftovers before = leftovers();
    Bundle bundle = start(ProbeBundle.of("stopped", MODEL));
    use(port);

    bundle.stop();

    nothingIsLeftSince(before);
    assertThat(port.claims()).isEmpty();
  }

  @Test
  public void uninstalledDriver_leavesNothingNotEvenItsClasses() throws Exception {
    SimPort port = plug(widget());
    awaitOffered(port);
    Leftovers before = leftovers();
    Bundle bundle = start(ProbeBundle.of("gone", MODEL));
    BlockDevice session = use(port);
    WeakReference<ClassLoader> loader = loader(bundle);

    uninstall(bundle);

    nothingIsLeftSince(before);
    assertThat(port.claims()).isEmpty();
    isCollected(loader);
    assertThat(session).isNotNull();
  }

  @Test
  public void unpluggedDevice_leavesNothing() throws Exception {
    Bundle bundle = start(ProbeBundle.of("lonely", MODEL));
    Leftovers before = leftovers();
    SimPort port = plug(widget());
    use(port);

    port.unplug();

    nothingIsLeftSince(before);
    WeakReference<ClassLoader> loader = loader(bundle);
    uninstall(bundle);
    isCollected(loader);
  }

  @Test
  public void stickUnpluggedWhileItIsRead_leavesNothing() throws Exception {
    SimMedium medium = SimMedium.pattern(16 << 20, 1);
    Leftovers before = leftovers();
    for (int i = 0; i < 5; i++) {
      SimPort port = plug(new SimStick(medium));
      BlockDevice session = session(BlockDevice.class, port.location());
      port.faults().add(Fault.UNPLUG, 0x81, 20, 1);
      Background read = Background.start(() -> Hash.of(session));
      eventually("the unplug").until(() -> !port.plugged());
      eventually("no offer").until(() -> offered(BlockDevice.class, port.location()) == null);
      port.replug();
      read.await();
      port.unplug();
    }

    nothingIsLeftSince(before);
  }

  @Test
  public void faults_leaveNothing() throws Exception {
    Leftovers before = leftovers();
    List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
    for (String place : new String[] {"attach", "call", "handler"}) {
      for (String kind : new String[] {"exception", "error", "hang"}) {
        Bundle bundle = start(ProbeBundle.of(place + kind, MODEL).faulty(place, kind).lives(1));
        ScriptedDevice device = widget();
        SimPort port = plug(device);
        device.then(0x81, ScriptStep.send((byte) 1));
        use(port);
        eventually("the second life")
            .until(() -> compartment(port.location()), c -> c.incarnation() == 2 && isRunning(c));
        loaders.add(loader(bundle));
        uninstall(bundle);
        port.unplug();
      }
    }

    nothingIsLeftSince(before);
    loaders.forEach(LeftoversIT::isCollected);
  }

  @Test
  public void deafDriver_leavesNothingOnceItReturns() throws Exception {
    System.clearProperty(ProbeDriver.RELEASE);
    SimPort port = plug(widget());
    awaitOffered(port);
    Leftovers before = leftovers();
    Bundle bundle = start(ProbeBundle.of("deaf", MODEL).faulty("attach", "deaf").lives(1));
    use(port);
    WeakReference<ClassLoader> loader = loader(bundle);
    uninstall(bundle);

    System.setProperty(ProbeDriver.RELEASE, "true");

    nothingIsLeftSince(before);
    isCollected(loader);
  }

  @Test
  public void fiftyUpdates_leaveNothingOfTheOnesBefore() throws Exception {
    SimPort port = plug(widget());
    Bundle bundle = start(ProbeBundle.of("updated", MODEL).version(0));
    BlockDevice session = use(port);
    Leftovers before = leftovers();
    List<WeakReference<ClassLoader>> loaders = new ArrayList<>();

    for (int version = 1; version <= UPDATES; version++) {
      loaders.add(loader(bundle));
      bundle.update(ProbeBundle.of("updated", MODEL).version(version).stream());
      refresh(bundle);
      ByteBuffer block = ByteBuffer.allocate(512);
      session.read(0, block);
      assertThat(block.get(0)).isEqualTo((byte) version);
    }

    loaders.forEach(LeftoversIT::isCollected);
    nothingIsLeftSince(before);
    CompartmentInfo compartment = compartment(port.location());
    assertThat(compartment.incarnation()).isGreaterThan(UPDATES);
    assertThat(compartment.faults()).isZero();
    assertThat(compartment.abandonedThreads()).isZero();
  }

  /** Waits for all that there is of a device without a driver: it is known before it is offered. */
  private void awaitOffered(SimPort port) {
    String function = "(service.pid=*@" + port.location() + "#*)";
    eventually("the device's service")
        .until(() -> !context.getServiceReferences(Device.class, function).isEmpty());
  }

  /** Waits for the driver and reads something by it. */
  private BlockDevice use(SimPort port) throws Exception {
    BlockDevice session = session(BlockDevice.class, port.location());
    session.read(0, ByteBuffer.allocate(512));
    return session;
  }

  private static WeakReference<ClassLoader> loader(Bundle bundle) {
    return new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader());
  }

  private void uninstall(Bundle bundle) throws Exception {
    bundle.uninstall();
    forget(bundle);
    refresh(bundle);
  }

  private void refresh(Bundle bundle) throws Exception {
    CountDownLatch refreshed = new CountDownLatch(1);
    context
        .getBundle(0)
        .adapt(FrameworkWiring.class)
        .refreshBundles(List.of(bundle), event -> refreshed.countDown());
    assertThat(refreshed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  private static void isCollected(WeakReference<ClassLoader> loader) {
    eventually("the collection of the driver's classes")
        .until(
            () -> {
              System.gc();
              return loader.get() == null;
            });
  }
}
