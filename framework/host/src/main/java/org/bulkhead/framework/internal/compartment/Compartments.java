package org.bulkhead.framework.internal.compartment;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.framework.internal.device.ManagedDevice;

/**
 * All compartments, those of devices that are away included, so that a device that comes back finds
 * its own. Thread-safe.
 */
public final class Compartments {

  /** A bound on what is remembered of devices that never come back. */
  private static final int MAX_AWAY = 1_000;

  /** So many may be starting for the first time before the next has to wait for one of them. */
  private static final int MAX_STARTING = 16;

  /** What one that hangs may cost the next. */
  private static final Duration STARTING_WAIT = Duration.ofMillis(100);

  /** What the first device of a driver, if it hangs, may cost all that come after it. */
  private static final Duration FIRST_WAIT = Duration.ofSeconds(1);

  /** For how long those who stop something wait for what ends with it. */
  public static final Duration GRACE = Duration.ofSeconds(4);

  private record Key(String deviceKey, int interfaceNumber) {

    // In plain code, as everywhere on the way of a start: docs/decisions.md.
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key
          && interfaceNumber == key.interfaceNumber
          && deviceKey.equals(key.deviceKey);
    }

    @Override
    public int hashCode() {
      return 31 * deviceKey.hashCode() + interfaceNumber;
    }
  }

  private final Host host;
  private final Map<Key, Compartment> compartments = new LinkedHashMap<>();
  private final Map<String, List<Compartment>> byDevice = new HashMap<>();
  private final ArrayDeque<Compartment> starting = new ArrayDeque<>();
  private final Map<String, Optional<Compartment>> firsts = new HashMap<>();
  private int pruneAbove = MAX_AWAY;
  private boolean closed;

  /** None yet. */
  public Compartments(Host host) {
    this.host = host;
  }

  /**
   * Attaches a driver to an interface of a device, in the compartment that it had if it had one.
   */
  public void attach(ManagedDevice device, InterfaceDescriptor matched, DriverSource driver) {
    awaitFirst(driver.name());
    Key key = new Key(device.identity().key(), matched.number());
    Compartment compartment;
    Compartment replaced = null;
    synchronized (compartments) {
      if (closed) {
        return;
      }
      compartment = compartments.get(key);
      if (compartment == null || !compartment.driverName().equals(driver.name())) {
        replaced = compartment;
        compartment = new Compartment(host, device, matched, driver.name());
        if (compartments.remove(key) != null) {
          forget(replaced);
        }
        prune();
        compartments.put(key, compartment);
        byDevice.computeIfAbsent(key.deviceKey(), k -> new ArrayList<>()).add(compartment);
      }
    }
    if (replaced != null) {
      await(List.of(replaced.close("another driver, " + driver.name() + ", took over")), GRACE);
    }
    compartment.attach(device, matched, driver);
    pace(compartment, driver.name());
  }

  /**
   * Lets the first device of a driver go ahead: it is for this one that the driver's code is loaded
   * and linked, and others at the same time would do all that again.
   */
  private void awaitFirst(String driver) {
    Optional<Compartment> first;
    synchronized (starting) {
      first = firsts.getOrDefault(driver, Optional.empty());
      firsts.replace(driver, Optional.empty());
    }
    first.ifPresent(compartment -> await(compartment, FIRST_WAIT));
  }

  /** Waits for an earlier one, so that hundreds that come at once do not starve each other. */
  private void pace(Compartment latest, String driver) {
    Compartment earlier = null;
    synchronized (starting) {
      firsts.putIfAbsent(driver, Optional.of(latest));
      starting.add(latest);
      if (starting.size() > MAX_STARTING) {
        earlier = starting.poll();
      }
    }
    if (earlier != null) {
      await(earlier, STARTING_WAIT);
    }
  }

  private static void await(Compartment starting, Duration atMost) {
    try {
      starting.awaitStarted(System.nanoTime() + atMost.toNanos());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void forget(Compartment compartment) {
    byDevice.computeIfPresent(
        compartment.deviceKey(),
        (key, its) -> {
          its.remove(compartment);
          return its.isEmpty() ? null : its;
        });
  }

  /** Looks only once there are a tenth more than the last time, as looking takes all of them. */
  private void prune() {
    if (compartments.size() <= pruneAbove) {
      return;
    }
    long away = compartments.values().stream().filter(Compartment::isAway).count();
    for (var all = compartments.values().iterator(); away > MAX_AWAY && all.hasNext(); ) {
      Compartment oldest = all.next();
      if (oldest.isAway()) {
        all.remove();
        forget(oldest);
        oldest.close("its device did not come back");
        away--;
      }
    }
    pruneAbove = compartments.size() + MAX_AWAY / 10;
  }

  /** A device was unplugged. */
  public void deviceLeft(ManagedDevice device) {
    ofDevice(device.identity().key()).forEach(c -> c.deviceLeft(device));
  }

  /** The compartments of a device, by its identity's key. */
  public List<Compartment> ofDevice(String key) {
    synchronized (compartments) {
      return List.copyOf(byDevice.getOrDefault(key, List.of()));
    }
  }

  /** A driver is being stopped: returns when its incarnations have ended, or the grace is over. */
  public void driverGone(DriverSource driver) {
    // One that nobody is attached to yet may be about to be attached.
    List<Compartment> concerned =
        of(c -> c.driverName().isEmpty() || c.driverName().equals(driver.name()));
    await(concerned.stream().map(c -> c.driverGone(driver)).toList(), GRACE);
  }

  /** All compartments, in the order of their making. */
  public List<Compartment> all() {
    synchronized (compartments) {
      return new ArrayList<>(compartments.values());
    }
  }

  /** Those that a test is true for. */
  public List<Compartment> of(Predicate<Compartment> test) {
    return all().stream().filter(test).toList();
  }

  /**
   * Waits until none is starting for the first time.
   *
   * @param untilNanos when to stop waiting
   * @return whether none is
   */
  public boolean awaitStarted(long untilNanos) throws InterruptedException {
    for (Compartment compartment : all()) {
      if (!compartment.awaitStarted(untilNanos)) {
        return false;
      }
    }
    return true;
  }

  /** Ends all of them at the same time; returns when they have ended, or the grace is over. */
  public void close() {
    List<Compartment> ended;
    synchronized (compartments) {
      closed = true;
      ended = new ArrayList<>(compartments.values());
      compartments.clear();
      byDevice.clear();
    }
    await(ended.stream().map(c -> c.close("the gateway stops")).toList(), GRACE);
  }

  /** Waits for several things at once. */
  public static void await(List<CountDownLatch> latches, Duration grace) {
    long until = System.nanoTime() + grace.toNanos();
    try {
      for (CountDownLatch latch : latches) {
        latch.await(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
