package org.bulkhead.transport.sim.internal;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.bulkhead.device.transport.Transport.Watch;
import org.bulkhead.device.transport.TransportListener;
import org.bulkhead.transport.sim.SimDevice;
import org.bulkhead.transport.sim.SimPort;

/**
 * The ports of a bus and the watch under way.
 *
 * <p>Locks are taken in the order: a model's monitor, the hub, the loop.
 */
public final class Hub {

  /** So that a bus number always has a free address among its 127. */
  private static final int PORTS_PER_BUS_NUMBER = 63;

  private static final int ADDRESSES = 127;

  private final LongSupplier clock;
  private final TreeMap<Integer, Port> plugged = new TreeMap<>();
  private final Set<SimDevice> devices = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Map<Integer, Integer> lastAddresses = new HashMap<>();
  private final Map<Integer, BitSet> usedAddresses = new HashMap<>();
  private final BitSet used = new BitSet();
  private WatchUnderWay watch;

  /**
   * A hub without devices.
   *
   * @param clock nanoseconds
   */
  public Hub(LongSupplier clock) {
    this.clock = clock;
  }

  /**
   * As {@link org.bulkhead.transport.sim.SimBus#watch}.
   *
   * @param listener told of devices
   * @return the watch
   */
  public synchronized Watch watch(TransportListener listener) {
    if (watch != null) {
      throw new IllegalStateException("the simulated bus is being watched already");
    }
    watch = new WatchUnderWay(new EventLoop(clock), listener);
    plugged.values().forEach(this::arrive);
    watch.loop.start();
    return watch;
  }

  /**
   * As {@link org.bulkhead.transport.sim.SimBus#plug}.
   *
   * @param device the model
   * @param number the port, or 0 for the first free one
   * @return the port
   */
  public synchronized SimPort plug(SimDevice device, int number) {
    Port port = new Port(this, number == 0 ? used.nextClearBit(1) : number, device);
    insert(port);
    return port;
  }

  /**
   * The ports in use.
   *
   * @return a copy
   */
  public synchronized List<SimPort> ports() {
    return new ArrayList<>(plugged.values());
  }

  /** The clock moved. */
  public synchronized void timePassed() {
    if (watch != null) {
      watch.loop.timePassed();
    }
  }

  synchronized void insert(Port port) {
    if (plugged.get(port.number) == port) {
      return;
    }
    if (plugged.containsKey(port.number)) {
      throw new IllegalStateException(port.location() + " is taken");
    }
    if (!devices.add(port.device)) {
      throw new IllegalStateException("this very device is plugged in already");
    }
    plugged.put(port.number, port);
    used.set(port.number);
    if (watch != null) {
      arrive(port);
    }
  }

  synchronized void remove(Port port) {
    if (plugged.remove(port.number, port)) {
      used.clear(port.number);
      devices.remove(port.device);
      depart(port);
    }
  }

  synchronized void configure(Port port, int configuration) {
    Attachment before = port.attachment;
    if (before != null) {
      Attachment after =
          new Attachment(port, watch.loop, before.busNumber(), before.address(), configuration);
      depart(port);
      usedAddresses.get(after.busNumber()).set(after.address());
      arrive(after);
    }
  }

  void select(Port port, int interfaceNumber, int alternateSetting) {
    Attachment attachment = attachment(port);
    // Outside of the hub's lock, because the model's monitor comes before it.
    if (attachment != null) {
      attachment.select(interfaceNumber, alternateSetting);
      altered(attachment);
    }
  }

  private synchronized void altered(Attachment attachment) {
    if (watch != null) {
      TransportListener listener = watch.listener;
      watch.loop.postChange(
          LoopTask.of(
              () -> {
                if (!attachment.gone()) {
                  listener.altered(attachment);
                }
              }));
    }
  }

  synchronized Attachment attachment(Port port) {
    return port.attachment;
  }

  synchronized boolean contains(Port port) {
    return plugged.get(port.number) == port;
  }

  private void arrive(Port port) {
    int bus = 1 + (port.number - 1) / PORTS_PER_BUS_NUMBER;
    arrive(new Attachment(port, watch.loop, bus, takeAddress(bus), Attachment.FIRST_CONFIGURATION));
  }

  private void arrive(Attachment attachment) {
    attachment.port.attachment = attachment;
    TransportListener listener = watch.listener;
    watch.loop.postChange(LoopTask.of(() -> attachment.arrive(listener)));
  }

  private void depart(Port port) {
    Attachment attachment = port.attachment;
    if (attachment == null) {
      return;
    }
    port.attachment = null;
    usedAddresses.get(attachment.busNumber()).clear(attachment.address());
    attachment.markGone();
    TransportListener listener = watch.listener;
    watch.loop.postChange(LoopTask.of(() -> attachment.depart(listener)));
  }

  private int takeAddress(int bus) {
    BitSet used = usedAddresses.computeIfAbsent(bus, b -> new BitSet());
    int address = lastAddresses.getOrDefault(bus, 0);
    do {
      address = address % ADDRESSES + 1;
    } while (used.get(address));
    used.set(address);
    lastAddresses.put(bus, address);
    return address;
  }

  private void end(WatchUnderWay ended) {
    synchronized (this) {
      if (watch == ended) {
        plugged.values().forEach(this::depart);
        watch = null;
      }
    }
    ended.loop.stop();
  }

  private final class WatchUnderWay implements Watch {

    final EventLoop loop;
    final TransportListener listener;

    WatchUnderWay(EventLoop loop, TransportListener listener) {
      this.loop = loop;
      this.listener = listener;
    }

    @Override
    public void close() {
      if (loop.isCurrentThread()) {
        throw new IllegalStateException("a watch is not closed from its own event thread");
      }
      end(this);
    }
  }
}
