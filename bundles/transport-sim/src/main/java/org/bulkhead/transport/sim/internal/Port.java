package org.bulkhead.transport.sim.internal;

import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.bulkhead.transport.sim.SimDevice;
import org.bulkhead.transport.sim.SimFaults;
import org.bulkhead.transport.sim.SimPort;

/** A port and its device. */
final class Port implements SimPort {

  final int number;
  final SimDevice device;
  final AtomicInteger cycles = new AtomicInteger();
  final AtomicInteger resets = new AtomicInteger();
  final AtomicInteger releases = new AtomicInteger();
  final FaultPlan faults = new FaultPlan();
  private final Hub hub;

  /** What is there while plugged in and watched; guarded by the hub. */
  Attachment attachment;

  Port(Hub hub, int number, SimDevice device) {
    this.hub = hub;
    this.number = number;
    this.device = device;
  }

  @Override
  public String location() {
    return "sim-" + number;
  }

  @Override
  public SimDevice device() {
    return device;
  }

  @Override
  public boolean plugged() {
    return hub.contains(this);
  }

  @Override
  public void unplug() {
    hub.remove(this);
  }

  @Override
  public void replug() {
    hub.insert(this);
  }

  /** Switches it off and on again. */
  void cycle() {
    cycles.incrementAndGet();
    unplug();
    replug();
  }

  @Override
  public int cycles() {
    return cycles.get();
  }

  @Override
  public int resets() {
    return resets.get();
  }

  @Override
  public int releases() {
    return releases.get();
  }

  @Override
  public void configure(int configuration) {
    hub.configure(this, configuration);
  }

  @Override
  public void select(int interfaceNumber, int alternateSetting) {
    hub.select(this, interfaceNumber, alternateSetting);
  }

  @Override
  public Set<Integer> claims() {
    Attachment now = hub.attachment(this);
    return now == null ? Set.of() : now.claimed();
  }

  @Override
  public SimFaults faults() {
    return faults;
  }

  @Override
  public String toString() {
    return location();
  }
}
