package org.bulkhead.transport.sim;

import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.bulkhead.device.transport.Transport;
import org.bulkhead.device.transport.TransportListener;
import org.bulkhead.transport.sim.internal.Hub;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * A bus of simulated devices: an OSGi service, and as well usable in plain Java.
 *
 * <p>Devices may be plugged in before the bus is watched and are then reported when it is; they
 * stay plugged in from one watch to the next. One thread, started by {@link #watch} and ended by
 * closing it, does everything: it calls the models, the completions and the listener. Thread-safe.
 */
// Immediate, because what was plugged in would be forgotten whenever nobody uses the service.
@Component(
    service = {Transport.class, SimBus.class},
    immediate = true)
public final class SimBus implements Transport {

  private final Hub hub;

  /** A bus that nothing is plugged into. Starts no thread. */
  @Activate
  public SimBus() {
    this(System::nanoTime);
  }

  /**
   * A bus with a clock of the caller's own, for tests of time.
   *
   * @param nanoTime nanoseconds that never go back; call {@link #timePassed} after moving it
   */
  public SimBus(LongSupplier nanoTime) {
    hub = new Hub(nanoTime);
  }

  @Override
  public String name() {
    return "sim";
  }

  @Override
  public Watch watch(TransportListener listener) {
    return hub.watch(listener);
  }

  /**
   * Plugs a device into the first free port. Does not block.
   *
   * @param device a model that is plugged in nowhere else
   * @return the port, plugged
   * @throws IllegalStateException where that very object is plugged in already
   */
  public SimPort plug(SimDevice device) {
    return hub.plug(device, 0);
  }

  /**
   * Plugs a device into a certain port. Does not block.
   *
   * @param device a model that is plugged in nowhere else
   * @param port the port's number, 1 or more
   * @return the port, plugged
   * @throws IllegalStateException where that very object is plugged in already, or the port taken
   */
  public SimPort plug(SimDevice device, int port) {
    if (port < 1) {
      throw new IllegalArgumentException("ports are numbered from 1, not " + port);
    }
    return hub.plug(device, port);
  }

  /**
   * The ports that a device is plugged into now.
   *
   * @return a copy, by port number
   */
  public List<SimPort> ports() {
    return hub.ports();
  }

  /**
   * Looks a port up.
   *
   * @param location such as {@code sim-1}
   * @return the port, if a device is plugged in there
   */
  public Optional<SimPort> port(String location) {
    return ports().stream().filter(p -> p.location().equals(location)).findFirst();
  }

  /** Tells a bus with a clock of the caller's own that the clock moved. Does not block. */
  public void timePassed() {
    hub.timePassed();
  }
}
