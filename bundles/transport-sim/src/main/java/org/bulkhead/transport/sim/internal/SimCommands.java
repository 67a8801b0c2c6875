package org.bulkhead.transport.sim.internal;

import java.util.stream.Collectors;
import org.bulkhead.transport.sim.SimBus;
import org.bulkhead.transport.sim.SimHid;
import org.bulkhead.transport.sim.SimPort;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What a hand does to a simulated device, as commands of the shell's scope {@code sim}. */
@Component(
    service = SimCommands.class,
    property = {
      "osgi.command.scope=sim",
      "osgi.command.function=scan",
      "osgi.command.function=type",
      "osgi.command.function=move"
    })
public final class SimCommands {

  private final SimBus bus;

  /**
   * The commands of a bus.
   *
   * @param bus the bus
   */
  @Activate
  public SimCommands(@Reference SimBus bus) {
    this.bus = bus;
  }

  /**
   * Types a code and the enter key, as a scanner does that read one.
   *
   * @param location the port
   * @param code the code
   */
  public void scan(String location, String code) {
    type(location, code + "\n");
  }

  /**
   * Types a text on the American layout.
   *
   * @param location the port
   * @param text the text
   */
  public void type(String location, String text) {
    device(location).type(text);
  }

  /**
   * Moves a pointer.
   *
   * @param location the port
   * @param dx to the right, -127 to 127
   * @param dy down, -127 to 127
   */
  public void move(String location, int dx, int dy) {
    device(location).move(dx, dy);
  }

  private SimHid device(String location) {
    SimPort port =
        bus.port(location)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "no simulated device \""
                            + location
                            + "\"; there are "
                            + bus.ports().stream()
                                .map(SimPort::location)
                                .collect(Collectors.joining(", "))));
    if (port.device() instanceof SimHid hid) {
      return hid;
    }
    throw new IllegalArgumentException(location + " is no simulated input device");
  }
}
