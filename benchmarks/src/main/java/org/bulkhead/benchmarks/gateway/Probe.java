package org.bulkhead.benchmarks.gateway;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.bulkhead.transport.sim.SerialPeer;
import org.bulkhead.transport.sim.SimAcm;
import org.bulkhead.transport.sim.SimBus;
import org.bulkhead.transport.sim.SimDevice;
import org.bulkhead.transport.sim.SimFtdi;
import org.bulkhead.transport.sim.SimHid;
import org.bulkhead.transport.sim.SimMedium;
import org.bulkhead.transport.sim.SimPort;
import org.bulkhead.transport.sim.SimStick;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.util.tracker.ServiceTracker;

/**
 * A bundle in the measured gateway: plugs simulated devices in and tells when they are served. One
 * command a line on the gateway's standard input, one line each as the answer. Begins with as many
 * devices as the system property {@code bulkhead.benchmarks.devices} says.
 *
 * <ul>
 *   <li>{@code plug N}: N devices at once; answers with nanoseconds until the last is served
 *   <li>{@code one N}: one more device, N times; answers with the median and the longest time from
 *       plug to service, in nanoseconds
 * </ul>
 */
public final class Probe implements BundleActivator, ServiceListener, Runnable {

  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final Map<String, Long> served = new HashMap<>();
  private BundleContext context;
  private SimBus bus;
  private int serial;

  /** For the framework. */
  public Probe() {}

  @Override
  public void start(BundleContext starting) throws InvalidSyntaxException {
    context = starting;
    context.addServiceListener(this, "(bulkhead.location=*)");
    Thread thread = new Thread(this, "probe");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void stop(BundleContext stopping) {
    context.removeServiceListener(this);
  }

  @Override
  public synchronized void serviceChanged(ServiceEvent event) {
    String location = (String) event.getServiceReference().getProperty("bulkhead.location");
    if (event.getType() == ServiceEvent.REGISTERED) {
      served.putIfAbsent(location, System.nanoTime());
    } else if (event.getType() == ServiceEvent.UNREGISTERING) {
      served.remove(location);
    }
    notifyAll();
  }

  @Override
  public void run() {
    ServiceTracker<SimBus, SimBus> tracker = new ServiceTracker<>(context, SimBus.class, null);
    tracker.open();
    try {
      bus = tracker.waitForService(0);
      int first = Integer.getInteger("bulkhead.benchmarks.devices", 0);
      System.out.println("served " + plug(first));
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.split(" ");
        int count = Integer.parseInt(words[1]);
        System.out.println(words[0].equals("plug") ? plug(count) : one(count));
      }
    } catch (IOException | RuntimeException e) {
      System.out.println("failed: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String plug(int count) throws InterruptedException {
    int before;
    synchronized (this) {
      before = served.size();
    }
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      bus.plug(device(i % 4));
    }
    await(() -> served.size() == before + count);
    return Long.toString(System.nanoTime() - begin);
  }

  private String one(int times) throws InterruptedException {
    List<Long> took = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      SimDevice device = device(i % 4);
      long begin = System.nanoTime();
      SimPort port = bus.plug(device);
      String location = port.location();
      await(() -> served.containsKey(location));
      synchronized (this) {
        took.add(served.get(location) - begin);
      }
      port.unplug();
      await(() -> !served.containsKey(location));
    }
    long[] sorted = took.stream().mapToLong(Long::longValue).sorted().toArray();
    return sorted[sorted.length / 2] + " " + Arrays.stream(sorted).max().orElseThrow();
  }

  private synchronized void await(BooleanSupplier condition) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      long left = until - System.nanoTime();
      if (left <= 0) {
        throw new IllegalStateException("waited in vain, served are " + served.size());
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  private SimDevice device(int kind) {
    String name = "P" + ++serial;
    return switch (kind) {
      case 0 -> new SimStick(name, SimMedium.pattern(1 << 20, 1));
      case 1 -> new SimFtdi(name, SerialPeer.loopback());
      case 2 -> new SimAcm(name, SerialPeer.loopback());
      default -> SimHid.keyboard(name);
    };
  }
}
