package org.bulkhead.itests.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.contract.DeviceSession;
import org.bulkhead.device.contract.DeviceUnavailableException;
import org.bulkhead.transport.sim.SerialPeer;
import org.bulkhead.transport.sim.SimFtdi;
import org.bulkhead.transport.sim.SimMedium;
import org.bulkhead.transport.sim.SimPort;
import org.bulkhead.transport.sim.SimStick;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.ServiceReference;
import org.osgi.service.device.Device;
import org.osgi.service.serial.SerialDevice;

/** A device that is pulled out and put back is the same one. */
public class IdentityIT extends BusTest {

  private static final int REPLUGS = 10;

  private static final Duration BRIEF = Duration.ofMillis(300);

  @Configuration
  public Option[] features() {
    return options(osgi(), framework(), simulatedBus(), storageDriver(), serialDriver());
  }

  @Test
  public void replug_keepsPidLocationAndSession() throws Exception {
    SimPort port = plug(new SimStick(SimMedium.pattern(1 << 20, 1)));
    BlockDevice session = session(BlockDevice.class, port.location());
    Set<String> pids = pids(port);
    assertThat(pids).hasSize(2);
    int address = address(port);

    for (int i = 0; i < REPLUGS; i++) {
      port.unplug();
      eventually("no offer").until(() -> offered(BlockDevice.class, port.location()) == null);
      assertThat(known(port.location())).isFalse();
      port.replug();
      awaitLife(port, i + 2);
      session.read(0, ByteBuffer.allocate(4096));
    }

    assertThat(session(BlockDevice.class, port.location())).isSameAs(session);
    assertThat(pids(port)).isEqualTo(pids);
    assertThat(address(port)).isNotEqualTo(address);
    assertThat(compartment(port.location()).incarnation()).isEqualTo(1 + REPLUGS);
    assertThat(compartment(port.location()).faults()).isZero();
  }

  @Test
  public void call_whileTheDeviceIsAwaySaysSoAfterItsPatience() {
    SimPort port = plug(new SimStick(SimMedium.blank(1 << 20)));
    BlockDevice session = session(BlockDevice.class, port.location());

    port.unplug();
    eventually("no offer").until(() -> offered(BlockDevice.class, port.location()) == null);

    // A patience of its own: what is there is to be waited for as long as it takes.
    BlockDevice brief = DeviceSession.of(session).within(BlockDevice.class, BRIEF);
    assertThatThrownBy(() -> brief.read(0, ByteBuffer.allocate(512)))
        .isInstanceOf(DeviceUnavailableException.class)
        .hasMessageContaining("device " + port.location() + " is unplugged");
  }

  @Test
  public void serialStreams_heldOverAReplugWorkAgain() throws Exception {
    SimPort port = plug(new SimFtdi("R1", SerialPeer.loopback()));
    SerialDevice session = session(SerialDevice.class, port.location());
    try (InputStream in = session.getInputStream();
        OutputStream out = session.getOutputStream()) {
      out.write('a');
      assertThat(in.read()).isEqualTo('a');

      port.unplug();
      eventually("the absence").until(() -> !known(port.location()));
      port.replug();
      awaitLife(port, 2);

      out.write('b');
      assertThat(in.read()).isEqualTo('b');
    }
  }

  @Test
  public void otherStickInTheSamePort_isAnotherDevice() throws Exception {
    SimPort port = plug(new SimStick(SimMedium.blank(1 << 20)));
    BlockDevice session = session(BlockDevice.class, port.location());
    BlockDevice brief = DeviceSession.of(session).within(BlockDevice.class, BRIEF);
    port.unplug();
    eventually("no offer").until(() -> offered(BlockDevice.class, port.location()) == null);

    int number = Integer.parseInt(port.location().substring("sim-".length()));
    SimPort other = bus.plug(new SimFtdi("R2", SerialPeer.loopback()), number);
    try {
      assertThat(session(SerialDevice.class, port.location())).isNotNull();
      assertThatThrownBy(brief::geometry).isInstanceOf(DeviceUnavailableException.class);
    } finally {
      other.unplug();
    }
  }

  /** Of the life before it is known later that it is over than of the device that it has gone. */
  private void awaitLife(SimPort port, int life) {
    eventually("life " + life)
        .until(
            () -> compartment(port.location()),
            c -> c != null && c.incarnation() == life && isRunning(c));
  }

  private int address(SimPort port) {
    return gateway.devices().stream()
        .filter(device -> device.identity().location().equals(port.location()))
        .findFirst()
        .orElseThrow()
        .address();
  }

  /** The pids of what is offered of a device: its function, and the session. */
  private Set<String> pids(SimPort port) throws Exception {
    Set<String> pids = new TreeSet<>();
    for (Class<?> type : new Class<?>[] {Device.class, BlockDevice.class}) {
      for (ServiceReference<?> reference : context.getServiceReferences(type, null)) {
        String pid = (String) reference.getProperty("service.pid");
        if (pid.contains("@" + port.location() + "#")) {
          pids.add(pid);
        }
      }
    }
    return pids;
  }
}
