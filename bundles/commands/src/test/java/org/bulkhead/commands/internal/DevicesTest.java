package org.bulkhead.commands.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.bulkhead.console.CommandFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DevicesTest {

  private final FakeGateway gateway = FakeGateway.full();

  @ParameterizedTest
  @ValueSource(strings = {"1-2", "0781:5567@1-2#4C53", "0781:5567@1-2#", "4C53", "4C5"})
  void device_isFoundByLocationKeySerialNumberOrUniqueBeginning(String id) {
    assertThat(Devices.device(gateway, id)).isSameAs(FakeGateway.STICK);
  }

  @Test
  void location_isNeverTakenForItsBeginning() {
    FakeGateway unplugged = FakeGateway.of(FakeGateway.STICK_BEHIND_HUB);
    assertThatThrownBy(() -> Devices.device(unplugged, "1-2"))
        .isInstanceOf(CommandFailure.class)
        .hasMessage("no device \"1-2\": there is 1-2.4");
  }

  @Test
  void beginningOfTwo_namesBoth() {
    assertThatThrownBy(() -> Devices.device(gateway, "0781:5567"))
        .hasMessage("\"0781:5567\" can be 1-2 or 1-2.4: say which");
  }

  @Test
  void unknownDevice_namesWhatThereIs() {
    assertThatThrownBy(() -> Devices.device(gateway, "9-9"))
        .hasMessage("no device \"9-9\": there are 1-2, 1-2.4, 1-3");
  }

  @Test
  void unknownDriver_namesWhatThereIs() {
    assertThatThrownBy(() -> Devices.driver(gateway, "nvme"))
        .hasMessage("no driver \"nvme\": there are ftdi, mass-storage");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1-2:0", "4C53:0", "0781:5567@1-2#4C53:0"})
  void target_canBeAnInterface(String id) {
    assertThat(Devices.target(gateway, id)).isEqualTo("1-2:0");
  }

  @Test
  void target_canBeADriverByItsBundle() {
    assertThat(Devices.target(gateway, "org.bulkhead.driver.ftdi")).isEqualTo("ftdi");
  }

  @Test
  void target_canBeADeviceThatIsAway() {
    FakeGateway away = new FakeGateway(List.of(), FakeGateway.full().drivers(), List.of());
    assertThat(Devices.target(away, "1-2")).isEqualTo("1-2");
  }

  @Test
  void interfaceWithoutDriver_namesThoseWithOne() {
    assertThatThrownBy(() -> Devices.target(gateway, "1-2:7"))
        .hasMessage("no driver on interface 7 of 1-2: there is 1-2:0 (mass-storage)");
  }

  @Test
  void unknownTarget_namesDevicesAndDrivers() {
    assertThatThrownBy(() -> Devices.target(gateway, "9-9"))
        .hasMessage("no device or driver \"9-9\": there are 1-2, 1-2.4, 1-3, ftdi, mass-storage");
  }
}
