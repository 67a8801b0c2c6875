package org.bulkhead.itests.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.util.List;
import java.util.Map;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.usb.DeviceIdentity;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.DeviceInfo;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;

/**
 * The transport itself is swapped while a stick of 32 MiB is read. The transport's bundle plugs the
 * same demo devices in each time, so this test needs no class of its.
 */
public class TransportIT extends ContainerTest {

  private static final String STICK = "sim-1";

  private static final int DEVICES = 4;

  @Configuration
  public Option[] features() {
    return options(
        osgi(), framework(), supervision(Map.of()), demoDevices(), storageDriver(), serialDriver());
  }

  @Test
  public void hash_isRightWhenTheTransportIsStoppedUpdatedAndStarted() throws Exception {
    Bundle transport = bundleOf("org.bulkhead.transport.sim");
    BlockDevice session = session(BlockDevice.class, STICK);
    String undisturbed = Hash.of(session);
    assertThat(session.geometry().sizeBytes()).isEqualTo(32 << 20);

    String disturbed =
        Hash.of(
            session,
            () -> {
              transport.stop();
              assertThat(gateway.devices()).isEmpty();
              transport.update();
              transport.start();
            });

    assertThat(disturbed).isEqualTo(undisturbed);
    assertThat(session(BlockDevice.class, STICK)).isSameAs(session);
    assertThat(gateway.faults()).isEmpty();
  }

  @Test
  public void devices_comeBackWithTheirDriversUnderTheSameIdentity() throws Exception {
    Bundle transport = bundleOf("org.bulkhead.transport.sim");
    awaitState(STICK, CompartmentState.RUNNING);
    awaitState("sim-2", CompartmentState.RUNNING);
    // Not all of them have a driver, and the last may be found after the first are served.
    var before = eventually("all devices").until(this::identities, all -> all.size() == DEVICES);

    transport.update();

    awaitState(STICK, CompartmentState.RUNNING);
    awaitState("sim-2", CompartmentState.RUNNING);
    assertThat(eventually("all devices").until(this::identities, all -> all.size() == DEVICES))
        .isEqualTo(before);
  }

  private List<DeviceIdentity> identities() {
    return gateway.devices().stream().map(DeviceInfo::identity).toList();
  }
}
