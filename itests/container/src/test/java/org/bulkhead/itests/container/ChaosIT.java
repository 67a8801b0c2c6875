package org.bulkhead.itests.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.util.Map;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.transport.Transport;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.transport.chaos.Chaos;
import org.bulkhead.transport.chaos.ChaosFault;
import org.bulkhead.transport.chaos.ChaosRule;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;

/** Chaos between the bus and the drivers: all transfers go through it, or none. */
public class ChaosIT extends ContainerTest {

  private static final String STICK = "sim-1";

  @Configuration
  public Option[] features() {
    // The transport first: the framework has it when chaos comes.
    return options(
        osgi(), framework(), supervision(Map.of()), demoDevices(), storageDriver(), chaos());
  }

  private Chaos service() {
    return context.getService(
        eventually("chaos").until(() -> context.getServiceReference(Chaos.class), r -> r != null));
  }

  private void awaitTransports(String symbolicName) {
    eventually("the only transport is that of " + symbolicName)
        .until(
            () -> {
              ServiceReference<?>[] found =
                  context.getAllServiceReferences(Transport.class.getName(), null);
              return found != null
                  && found.length == 1
                  && symbolicName.equals(found[0].getBundle().getSymbolicName());
            });
    awaitState(STICK, CompartmentState.RUNNING);
  }

  @Test
  public void brokenTransfers_areSurvived_andTheTransportIsAsBeforeWithoutChaos() throws Exception {
    awaitTransports("org.bulkhead.transport.chaos");
    BlockDevice session = session(BlockDevice.class, STICK);
    String undisturbed = Hash.of(session);

    Chaos.Armed stall = service().arm(ChaosRule.next(STICK, ChaosFault.STALL, 1));
    assertThat(Hash.of(session)).isEqualTo(undisturbed);
    assertThat(stall.struck()).isEqualTo(1);
    assertThat(service().struck()).containsEntry(ChaosFault.STALL, 1L);

    Bundle chaos = bundleOf("org.bulkhead.transport.chaos");
    chaos.stop();
    awaitTransports("org.bulkhead.transport.sim");
    assertThat(Hash.of(session)).isEqualTo(undisturbed);

    chaos.start();
    awaitTransports("org.bulkhead.transport.chaos");
    assertThat(Hash.of(session)).isEqualTo(undisturbed);
  }
}
