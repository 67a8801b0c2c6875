package org.bulkhead.itests.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.util.Map;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.framework.admin.CompartmentState;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;

/** Who gets a device, and when. */
public class AttachIT extends BusTest {

  @Configuration
  public Option[] features() {
    return options(
        osgi(), framework(), supervision(Map.of("updateWaitMillis", 300)), simulatedBus());
  }

  @Test
  public void driverBeforeDevice_isAttached() throws Exception {
    start(ProbeBundle.of("first", "1209:0001"));
    String location = plug(widget()).location();

    assertThat(awaitState(location, CompartmentState.RUNNING).driver()).isEqualTo("first");
    assertThat(session(BlockDevice.class, location).geometry().blockCount()).isEqualTo(1000);
  }
}
