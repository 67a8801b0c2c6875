package org.bulkhead.transport.sim.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.bulkhead.device.usb.descriptor.DescriptorParser;
import org.bulkhead.device.usb.descriptor.UsbDescriptors;
import org.bulkhead.transport.sim.SimDevice;
import org.junit.jupiter.api.Test;

class DemoDevicesTest {

  @Test
  void descriptors_areRegularAndNamed() throws Exception {
    for (SimDevice device : DemoDevices.devices()) {
      UsbDescriptors parsed = DescriptorParser.parse(device.description().descriptors());
      assertThat(parsed.irregularities()).isEmpty();
      assertThat(device.description().string(parsed.device().productIndex())).isNotEmpty();
      assertThat(device.description().string(parsed.device().serialNumberIndex())).isNotEmpty();
    }
  }
}
