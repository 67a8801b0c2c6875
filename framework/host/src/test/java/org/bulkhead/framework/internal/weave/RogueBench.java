package org.bulkhead.framework.internal.weave;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.transport.TransportListener;
import org.bulkhead.framework.admin.CompartmentInfo;
import org.bulkhead.framework.admin.FaultInfo;
import org.bulkhead.framework.admin.InjectedFault;
import org.bulkhead.framework.admin.Rung;
import org.bulkhead.framework.internal.compartment.Budget;
import org.bulkhead.framework.internal.compartment.Compartment;
import org.bulkhead.framework.internal.compartment.Compartments;
import org.bulkhead.framework.internal.compartment.DriverSource;
import org.bulkhead.framework.internal.compartment.Host;
import org.bulkhead.framework.internal.compartment.Limits;
import org.bulkhead.framework.internal.device.ManagedDevice;
import org.bulkhead.framework.internal.session.SessionRegistry;
import org.bulkhead.transport.sim.SimBus;
import org.bulkhead.transport.sim.SimMedium;
import org.bulkhead.transport.sim.SimStick;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

/** A woven driver on a simulated device, in a real compartment with a real session. */
final class RogueBench implements AutoCloseable {

  private static final Limits LIMITS =
      new Limits(
          Duration.ofMillis(400),
          Duration.ofMillis(2000),
          Duration.ofMillis(400),
          Duration.ofMillis(3000),
          5,
          Duration.ofSeconds(60),
          Duration.ofMillis(1),
          Duration.ofMillis(10),
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          List.of(Rung.RESTART),
          Budget.NONE);

  private final BlockingQueue<BlockDevice> offered = new ArrayBlockingQueue<>(1);
  private final BlockingQueue<BusDevice> arrived = new ArrayBlockingQueue<>(1);
  private final Host host;
  private final Compartments compartments;
  private final ClassLoader loader;

  RogueBench(Class<? extends UsbDriver> driver, ClassLoader loader, String wrong) throws Exception {
    this.loader = loader;
    SessionRegistry sessions =
        new SessionRegistry(
            (type, service, properties) -> {
              offered.add((BlockDevice) service);
              return () -> {};
            },
            Duration.ofSeconds(20),
            null);
    host = new Host(LIMITS, sessions, silent());
    compartments = new Compartments(host);
    SimBus bus = new SimBus();
    bus.watch(
        new TransportListener() {
          @Override
          public void arrived(BusDevice device) {
            arrived.add(device);
          }

          @Override
          public void left(BusDevice device) {}
        });
    bus.plug(new SimStick(SimMedium.blank(1 << 20)));
    ManagedDevice device = ManagedDevice.of("sim", arrived.poll(5, TimeUnit.SECONDS));
    compartments.attach(
        device,
        device.configuration().interfaces().findFirst().orElseThrow(),
        new Source(loader.loadClass(driver.getName()), wrong));
  }

  private static LoggerFactory silent() {
    Logger logger = silent(Logger.class, null);
    return silent(LoggerFactory.class, logger);
  }

  private static <T> T silent(Class<T> type, Object answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> answer));
  }

  BlockDevice session() throws InterruptedException {
    BlockDevice session = offered.poll(10, TimeUnit.SECONDS);
    if (session == null) {
      throw new AssertionError("no session within 10 s: " + info() + faults());
    }
    return session;
  }

  Compartment compartment() {
    return compartments.all().get(0);
  }

  CompartmentInfo info() {
    return compartment().info();
  }

  List<FaultInfo> faults() {
    return host.faults();
  }

  void await(Predicate<CompartmentInfo> state) {
    long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!state.test(info())) {
      if (System.nanoTime() > until) {
        throw new AssertionError("not within 20 s: " + info() + faults());
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  void restart() {
    compartment().restart();
  }

  void plant(InjectedFault fault) {
    compartment().plant(fault);
  }

  ClassLoader loader() {
    return loader;
  }

  StopSwitch stop() {
    return StopSwitch.of(loader);
  }

  @Override
  public void close() {
    compartments.close();
    host.close();
  }

  private record Source(Class<?> driver, String wrong) implements DriverSource {

    @Override
    public String name() {
      return "rogue";
    }

    @Override
    public ClassLoader loader() {
      return driver.getClassLoader();
    }

    @Override
    public boolean isThere() {
      return true;
    }

    @Override
    public UsbDriver obtain() {
      try {
        return (UsbDriver) driver.getConstructor(String.class).newInstance(wrong);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void release(UsbDriver used) {
      if (used instanceof Runnable deactivation) {
        deactivation.run();
      }
    }
  }
}
