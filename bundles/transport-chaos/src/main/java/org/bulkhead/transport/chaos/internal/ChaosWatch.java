package org.bulkhead.transport.chaos.internal;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.transport.Transport;
import org.bulkhead.device.transport.TransportListener;

/**
 * A watch under way: tells the framework of decorated devices, and of departures that did not
 * happen. Whoever tells holds the monitor, as a listener is called by one thread at a time.
 */
final class ChaosWatch implements TransportListener, Transport.Watch {

  private final Plans plans;
  private final Events events;
  private final TransportListener user;
  private final Map<BusDevice, ChaosDevice> devices = new HashMap<>();
  private Transport.Watch real;
  private boolean closed;

  ChaosWatch(Plans plans, String transport, TransportListener user) {
    this.plans = plans;
    this.user = user;
    events = new Events(transport);
  }

  ChaosWatch start(Transport transport) {
    real = transport.watch(this);
    return this;
  }

  Plans plans() {
    return plans;
  }

  Events events() {
    return events;
  }

  @Override
  public synchronized void arrived(BusDevice device) {
    ChaosDevice decorated = new ChaosDevice(device, this);
    devices.put(device, decorated);
    user.arrived(decorated);
  }

  @Override
  public synchronized void left(BusDevice device) {
    ChaosDevice decorated = devices.remove(device);
    if (decorated != null) {
      decorated.left();
      user.left(decorated);
    }
  }

  @Override
  public synchronized void altered(BusDevice device) {
    ChaosDevice decorated = devices.get(device);
    if (decorated != null) {
      user.altered(decorated);
    }
  }

  /** A device was pulled out by chaos; null among the devices until it is back. */
  synchronized void unplugged(ChaosDevice device, Duration awayFor) {
    if (devices.get(device.real()) == device) {
      devices.put(device.real(), null);
      user.left(device);
      events.after(awayFor, () -> back(device.real()));
    }
  }

  private synchronized void back(BusDevice device) {
    if (!closed && devices.containsKey(device) && devices.get(device) == null) {
      arrived(device);
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    real.close();
    events.close();
  }
}
