package org.bulkhead.itests.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.options;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.transport.sim.SerialPeer;
import org.bulkhead.transport.sim.SimAcm;
import org.bulkhead.transport.sim.SimDevice;
import org.bulkhead.transport.sim.SimFtdi;
import org.bulkhead.transport.sim.SimHid;
import org.bulkhead.transport.sim.SimMedium;
import org.bulkhead.transport.sim.SimPort;
import org.bulkhead.transport.sim.SimStick;
import org.bulkhead.transport.sim.SimThermometer;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;

/**
 * A thousand devices of all kinds cost no more each than a hundred do. Prints its figures, which
 * {@code itests/container/scale} shows alone.
 *
 * <p>What is compared is the processor time of this JVM, as the clock says little on a machine that
 * others use; hundreds and thousands take turns, and medians are compared.
 */
public class ScaleIT extends BusTest {

  private static final int FEW = 100;
  private static final int MANY = 1_000;

  /** Within 20 %, and as much again for the noise of other work on the machine. */
  private static final double SAME = 1.4;

  /** Ten times as long as it may take. */
  private static final Duration TENFOLD = Duration.ofSeconds(100);

  private static final int ROUNDS = 3;

  /** What pools keep for a while, however many devices there are. */
  private static final int POOLED_THREADS = 20;

  private static final String POOLS = "(driver|compartment|input)-\\d+|publisher";

  private static final String OFFERS = "(bulkhead.location=*)";

  private static final String FUNCTIONS = "(objectClass=org.osgi.service.device.Device)";

  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private static final int MOST_SERIES = 4;

  private static int lastSerial;

  private final AtomicInteger offers = new AtomicInteger();
  private final AtomicInteger functions = new AtomicInteger();
  private final ServiceListener offersCounter = counter(offers);
  private final ServiceListener functionsCounter = counter(functions);

  @Configuration
  public Option[] features() {
    return options(
        osgi(),
        framework(),
        simulatedBus(),
        storageDriver(),
        serialDriver(),
        acmDriver(),
        inputDriver());
  }

  /** What a batch took, each. */
  private record Cost(double millis, double processorMicros) {

    static Cost median(List<Cost> all) {
      return new Cost(
          median(all.stream().mapToDouble(Cost::millis).toArray()),
          median(all.stream().mapToDouble(Cost::processorMicros).toArray()));
    }

    private static double median(double[] values) {
      Arrays.sort(values);
      return values[values.length / 2];
    }
  }

  /** A piece of work. */
  private interface Work {
    void run() throws Exception;
  }

  private static Cost cost(int devices, Work work) throws Exception {
    long clock = System.nanoTime();
    long processor = SYSTEM.getProcessCpuTime();
    work.run();
    return new Cost(
        (System.nanoTime() - clock) / 1e6,
        (SYSTEM.getProcessCpuTime() - processor) / 1e3 / devices);
  }

  @Test
  public void aThousandDevices_costNoMoreEachThanAHundred() throws Exception {
    context.addServiceListener(offersCounter, OFFERS);
    context.addServiceListener(functionsCounter, FUNCTIONS);
    try {
      List<SimPort> warm = plugIn(FEW);
      unplug(warm);
      memoryAndThreads();
      // Noise of the machine's others only ever adds: one quiet series tells.
      int series = 1;
      while (!sameTime() && series < MOST_SERIES) {
        series++;
      }
      assertThat(series).as("series, none of which took the same for each").isLessThan(MOST_SERIES);
    } finally {
      context.removeServiceListener(offersCounter);
      context.removeServiceListener(functionsCounter);
    }
  }

  private void memoryAndThreads() throws Exception {
    idle();
    long none = used();
    List<SimPort> few = plugIn(FEW);
    idle();
    long withFew = used();
    int threadsWithFew = threads();
    List<SimPort> many = plugIn(MANY - FEW);
    idle();
    long withMany = used();
    int threadsWithMany = threads();
    many.addAll(few);
    unplug(many);
    idle();
    long after = used();
    double each = (withFew - none) / 1024.0 / FEW;
    double eachOfMany = (withMany - none) / 1024.0 / MANY;
    System.out.printf(
        "scale: memory of each device, KiB: %.1f with %d, %.1f with %d; %.1f kept of one away%n",
        each, FEW, eachOfMany, MANY, (after - none) / 1024.0 / MANY);
    System.out.printf(
        "scale: threads: %d with %d, %d with %d, %d at the most%n",
        threadsWithFew,
        FEW,
        threadsWithMany,
        MANY,
        ManagementFactory.getThreadMXBean().getPeakThreadCount());
    assertThat(eachOfMany / each).as("memory of each of a thousand").isLessThan(SAME);
    assertThat(threadsWithMany).isLessThan(threadsWithFew + POOLED_THREADS);
  }

  private boolean sameTime() throws Exception {
    measure(MANY);
    List<Cost> few = new ArrayList<>();
    List<Cost> fewOut = new ArrayList<>();
    List<Cost> many = new ArrayList<>();
    List<Cost> manyOut = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      for (int batch = 0; batch < MANY / FEW; batch++) {
        List<Cost> costs = measure(FEW);
        few.add(costs.get(0));
        fewOut.add(costs.get(1));
      }
      List<Cost> costs = measure(MANY);
      many.add(costs.get(0));
      manyOut.add(costs.get(1));
    }
    assertThat(gateway.faults()).as("faults where none is").isEmpty();
    double in = show("plugged in", Cost.median(few), Cost.median(many));
    double out = show("unplugged", Cost.median(fewOut), Cost.median(manyOut));
    assertThat(Cost.median(many).millis()).isLessThan(TENFOLD.toMillis());
    return in < SAME && out < SAME;
  }

  private static double show(String what, Cost few, Cost many) {
    double ratio = many.processorMicros() / few.processorMicros();
    System.out.printf(
        "scale: %s: %d in %.0f ms, %d in %.0f ms; processor time each %.0f µs and %.0f µs, ratio"
            + " %.2f; load %.1f%n",
        what,
        FEW,
        few.millis(),
        MANY,
        many.millis(),
        few.processorMicros(),
        many.processorMicros(),
        ratio,
        SYSTEM.getSystemLoadAverage());
    return ratio;
  }

  private List<Cost> measure(int count) throws Exception {
    List<SimPort> ports = new ArrayList<>();
    return List.of(
        cost(count, () -> ports.addAll(plugIn(count))), cost(count, () -> unplug(ports)));
  }

  /** Plugs devices in and returns when all that have a driver are served. */
  private List<SimPort> plugIn(int count) throws Exception {
    int before = offers.get();
    int served = 0;
    List<SimPort> ports = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      SimDevice device = device(i % 5);
      served += device instanceof SimThermometer ? 0 : 1;
      ports.add(bus.plug(device));
    }
    int expected = before + served;
    eventually("all served").atMost(TENFOLD).until(offers::get, n -> n == expected);
    assertThat(gateway.awaitSettled(TENFOLD)).isTrue();
    return ports;
  }

  private void unplug(List<SimPort> ports) throws Exception {
    int left = bus.ports().size() - ports.size();
    int expected = left - left / 5;
    ports.forEach(SimPort::unplug);
    eventually("all gone").atMost(TENFOLD).until(offers::get, n -> n == expected);
    eventually("no device").atMost(TENFOLD).until(functions::get, n -> n == left + left / 5);
    // Their offers are taken back before they end, and what they hold is given back as they do.
    eventually("all ended").atMost(TENFOLD).until(this::served, n -> n == expected);
    assertThat(gateway.devices()).hasSize(left);
  }

  /** How many lives of drivers have a device. */
  private long served() {
    return gateway.drivers().stream()
        .flatMap(driver -> driver.compartments().stream())
        .filter(compartment -> compartment.state() != CompartmentState.AWAY)
        .count();
  }

  private static ServiceListener counter(AtomicInteger count) {
    return event -> {
      if (event.getType() == ServiceEvent.REGISTERED) {
        count.incrementAndGet();
      } else if (event.getType() == ServiceEvent.UNREGISTERING) {
        count.decrementAndGet();
      }
    };
  }

  private static SimDevice device(int kind) {
    String serial = "N" + ++lastSerial;
    return switch (kind) {
      case 0 -> new SimStick(serial, SimMedium.pattern(1 << 20, 1));
      case 1 -> new SimFtdi(serial, SerialPeer.loopback());
      case 2 -> new SimAcm(serial, SerialPeer.loopback());
      case 3 -> SimHid.keyboard(serial);
      default -> new SimThermometer(serial);
    };
  }

  private static int threads() {
    return ManagementFactory.getThreadMXBean().getThreadCount();
  }

  /** Waits until the pools have let go of what was busy with devices, as far as they do. */
  private static void idle() {
    try {
      eventually("idle pools").atMost(TENFOLD).until(ScaleIT::pooled, n -> n <= POOLED_THREADS / 2);
    } catch (org.awaitility.core.ConditionTimeoutException busy) {
      // The figures will tell.
    }
  }

  /** How many threads there are of those that come with work, and stay for a while after it. */
  private static long pooled() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().matches(POOLS))
        .count();
  }

  private static long used() throws Exception {
    Memory.collect();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      System.gc();
      least = Math.min(least, Memory.heap() + Memory.direct());
    }
    return least;
  }
}
