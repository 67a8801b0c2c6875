package org.bulkhead.transport.libusb.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bulkhead.device.usb.UsbException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which attribute of which port is written, as the kernel names them. */
class PortSwitchTest {

  @TempDir Path sysfs;

  @ParameterizedTest
  @CsvSource({
    "1-2, usb1/1-0:1.0/usb1-port2",
    "3-1.4, 3-1/3-1:1.0/3-1-port4",
    "2-1.4.11, 2-1.4/2-1.4:1.0/2-1.4-port11"
  })
  void port_isTheHubsOwn_andEndsSwitchedOn(String location, String port) throws Exception {
    Path attribute = attribute(port, "x");
    new PortSwitch(sysfs).cycle(location);
    assertThat(attribute).hasContent("0");
  }

  @Test
  void noAttribute_isUnsupported_andNamed() {
    assertThatThrownBy(() -> new PortSwitch(sysfs).cycle("1-2"))
        .isInstanceOfSatisfying(
            UsbException.class, e -> assertThat(e.kind()).isEqualTo(UsbException.Kind.UNSUPPORTED))
        .hasMessageContaining("usb1-port2/disable")
        .hasMessageContaining("Linux 6.0");
  }

  @Test
  void rootHub_isOnNoPort() {
    assertThatThrownBy(() -> new PortSwitch(sysfs).cycle("usb1")).hasMessageContaining("root hub");
  }

  private Path attribute(String port, String content) throws IOException {
    Path folder = Files.createDirectories(sysfs.resolve(port));
    return Files.writeString(folder.resolve("disable"), content);
  }
}
