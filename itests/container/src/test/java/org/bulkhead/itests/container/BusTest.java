package org.bulkhead.itests.container;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.inject.Inject;
import org.bulkhead.transport.sim.ScriptedDevice;
import org.bulkhead.transport.sim.SimBus;
import org.bulkhead.transport.sim.SimDescription;
import org.bulkhead.transport.sim.SimDevice;
import org.bulkhead.transport.sim.SimPort;
import org.junit.After;

/** A test that plugs simulated devices in, each into a port that no other test used. */
public abstract class BusTest extends ContainerTest {

  /** Matches a {@link #widget}. */
  static final String MODEL = "1209:0001";

  private static final AtomicInteger LAST_PORT = new AtomicInteger();

  @Inject SimBus bus;

  private final List<SimPort> ports = new ArrayList<>();

  SimPort plug(SimDevice device) {
    SimPort port = bus.plug(device, LAST_PORT.incrementAndGet());
    ports.add(port);
    return port;
  }

  /** A device of 1209:0001 and class ff/01/02 with a bulk endpoint each way. */
  static ScriptedDevice widget() {
    return widget(0x0001);
  }

  /** The same of another product. */
  static ScriptedDevice widget(int productId) {
    return new ScriptedDevice(
        SimDescription.builder(0x1209, productId)
            .product("Widget")
            .serialNumber("W1")
            .configuration(1)
            .interfaceSetting(0, 0, 0xff, 0x01, 0x02)
            .bulk(0x81)
            .bulk(0x02)
            .build());
  }

  @After
  public void unplugWhatTheTestPluggedIn() {
    ports.forEach(SimPort::unplug);
  }
}
