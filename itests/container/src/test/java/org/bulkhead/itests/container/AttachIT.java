package org.bulkhead.itests.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.IOException;
import java.time.Duration;
import java.util.Hashtable;
import java.util.Map;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.contract.DeviceSession;
import org.bulkhead.device.contract.DeviceUnavailableException;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.transport.sim.SimPort;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.device.Driver;

/** Who gets a device, and when; and what becomes of it when its driver is stopped or replaced. */
public class AttachIT extends BusTest {

  @Configuration
  public Option[] features() {
    return options(
        osgi(), framework(), supervision(Map.of("updateWaitMillis", 3_000)), simulatedBus());
  }

  @Test
  public void driverBeforeDevice_isAttached() throws Exception {
    start(ProbeBundle.of("first", MODEL));
    String location = plug(widget()).location();

    assertThat(awaitState(location, CompartmentState.RUNNING).driver()).isEqualTo("first");
    assertThat(session(BlockDevice.class, location).geometry().blockCount()).isEqualTo(1000);
  }

  @Test
  public void deviceBeforeDriver_isAttachedWhenTheDriverComes() throws Exception {
    String location = plug(widget()).location();
    eventually("a device without driver").until(() -> known(location));
    assertThat(compartment(location)).isNull();

    start(ProbeBundle.of("late", MODEL));

    assertThat(awaitState(location, CompartmentState.RUNNING).driver()).isEqualTo("late");
  }

  @Test
  public void ofTwoDrivers_theMoreSpecificWins() throws Exception {
    start(ProbeBundle.of("general", "class ff"));
    start(ProbeBundle.of("special", "class 08", MODEL));
    start(ProbeBundle.of("middling", "class ff/01/02"));
    String location = plug(widget()).location();

    assertThat(awaitState(location, CompartmentState.RUNNING).driver()).isEqualTo("special");
  }

  @Test
  public void moreSpecificDriver_comingLate_takesOverWithTheNextPlug() throws Exception {
    start(ProbeBundle.of("general", "class ff"));
    SimPort port = plug(widget());
    awaitState(port.location(), CompartmentState.RUNNING);

    start(ProbeBundle.of("special", MODEL));
    assertThat(compartment(port.location()).driver()).isEqualTo("general");
    port.unplug();
    port.replug();

    eventually("the special driver")
        .until(
            () -> compartment(port.location()),
            c -> c != null && c.driver().equals("special") && isRunning(c));
  }

  @Test
  public void updatedDriver_keepsItsDeviceAndSessions() throws Exception {
    Bundle bundle = start(ProbeBundle.of("swapped", MODEL));
    SimPort port = plug(widget());
    BlockDevice session = session(BlockDevice.class, port.location());
    assertThat(version(session)).isEqualTo(1);

    bundle.stop();
    assertThat(compartment(port.location()).state()).isEqualTo(CompartmentState.STOPPED);
    assertThat(port.claims()).containsExactly(0);
    bundle.update(ProbeBundle.of("swapped", MODEL).version(2).stream());
    bundle.start();

    awaitState(port.location(), CompartmentState.RUNNING);
    assertThat(port.claims()).containsExactly(0);
    assertThat(version(session)).isEqualTo(2);
    assertThat(session(BlockDevice.class, port.location())).isSameAs(session);
    assertThat(gateway.drivers())
        .anySatisfy(
            driver -> {
              assertThat(driver.name()).isEqualTo("swapped");
              assertThat(driver.version()).isEqualTo("2.0.0");
            });
  }

  @Test
  public void updatedWhileRunning_servesTheCallsThatCome() throws Exception {
    Bundle bundle = start(ProbeBundle.of("hot", MODEL));
    SimPort port = plug(widget());
    BlockDevice session = session(BlockDevice.class, port.location());

    bundle.update(ProbeBundle.of("hot", MODEL).version(2).stream());

    eventually("version 2").ignoreExceptions().until(() -> version(session) == 2);
    assertThat(compartment(port.location()).faults()).isZero();
  }

  @Test
  public void stoppedDriver_letsItsDeviceGoAfterTheUpdateWait() throws Exception {
    Bundle bundle = start(ProbeBundle.of("stopped", MODEL));
    SimPort port = plug(widget());
    BlockDevice session = session(BlockDevice.class, port.location());

    bundle.stop();

    eventually("no claim").until(() -> port.claims().isEmpty());
    eventually("no offer").until(() -> offered(BlockDevice.class, port.location()) == null);
    // A patience of its own: what is there is to be waited for as long as it takes.
    BlockDevice brief = DeviceSession.of(session).within(BlockDevice.class, Duration.ofMillis(200));
    assertThatThrownBy(brief::geometry)
        .isInstanceOf(DeviceUnavailableException.class)
        .hasMessageContaining("its driver stopped is stopped");
    assertThat(gateway.drivers())
        .anySatisfy(
            driver -> {
              assertThat(driver.name()).isEqualTo("stopped");
              assertThat(driver.running()).isFalse();
            });
  }

  @Test
  public void startedAgain_attachesAgainWithTheSameSession() throws Exception {
    Bundle bundle = start(ProbeBundle.of("again", MODEL));
    SimPort port = plug(widget());
    BlockDevice session = session(BlockDevice.class, port.location());
    bundle.stop();
    eventually("no claim").until(() -> port.claims().isEmpty());

    bundle.start();

    awaitState(port.location(), CompartmentState.RUNNING);
    assertThat(session(BlockDevice.class, port.location())).isSameAs(session);
    assertThat(version(session)).isEqualTo(1);
    assertThat(port.claims()).containsExactly(0);
  }

  @Test
  public void stoppedDriver_leavesItsDeviceToTheNextBest() throws Exception {
    start(ProbeBundle.of("general", "class ff").version(7));
    Bundle special = start(ProbeBundle.of("special", MODEL));
    SimPort port = plug(widget());
    assertThat(awaitState(port.location(), CompartmentState.RUNNING).driver()).isEqualTo("special");

    special.stop();

    eventually("the general driver")
        .until(
            () -> compartment(port.location()),
            c -> c != null && c.driver().equals("general") && isRunning(c));
    assertThat(version(session(BlockDevice.class, port.location()))).isEqualTo(7);
  }

  @Test
  public void ofOurDriversAndAStandardOne_theBetterMatchWins() throws Exception {
    start(ProbeBundle.of("ours", MODEL));
    StandardDriver standard = new StandardDriver();
    ServiceRegistration<Driver> registration =
        context.registerService(
            Driver.class, standard, new Hashtable<>(Map.of("DRIVER_ID", "org.example.standard")));
    try {
      standard.value = 1;
      assertThat(awaitState(plug(widget()).location(), CompartmentState.RUNNING).driver())
          .isEqualTo("ours");

      standard.value = 100;
      String location = plug(widget()).location();
      eventually("the standard driver").until(() -> standard.attached != null);
      assertThat(compartment(location)).isNull();

      registration.unregister();
      context.ungetService(standard.attached);
      assertThat(awaitState(location, CompartmentState.RUNNING).driver()).isEqualTo("ours");
    } finally {
      if (standard.attached == null) {
        registration.unregister();
      }
    }
  }

  /** Of no contract but the standard's. */
  private final class StandardDriver implements Driver {
    volatile int value;
    volatile ServiceReference<?> attached;

    // The interface has raw types.
    @Override
    public int match(@SuppressWarnings("rawtypes") ServiceReference device) {
      return "1209".equals(device.getProperty("usbinfo.idVendor")) ? value : 0;
    }

    @Override
    public String attach(@SuppressWarnings("rawtypes") ServiceReference device) {
      context.getService((ServiceReference<?>) device);
      attached = device;
      return null;
    }
  }

  private static int version(BlockDevice session) throws IOException {
    java.nio.ByteBuffer block = java.nio.ByteBuffer.allocate(512);
    session.read(0, block);
    return block.get(0);
  }
}
