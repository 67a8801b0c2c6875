package org.bulkhead.itests.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.nio.ByteBuffer;
import java.util.Map;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.itests.container.probe.ProbeDriver;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;

/** Drivers with weaving turned off. */
public class UnwovenIT extends BusTest {

  @Configuration
  public Option[] features() {
    return options(osgi(), framework(), supervision(Map.of("weaving", false)), simulatedBus());
  }

  @Test
  public void driver_servesWithoutAPoll() throws Exception {
    var bundle = start(ProbeBundle.of("unwoven", MODEL));
    ByteBuffer block = ByteBuffer.allocate(512);

    session(BlockDevice.class, plug(widget()).location()).read(0, block);

    assertThat(block.get(0)).isEqualTo((byte) 1);
    assertThat(isWoven(bundle, ProbeDriver.class)).isFalse();
  }
}
