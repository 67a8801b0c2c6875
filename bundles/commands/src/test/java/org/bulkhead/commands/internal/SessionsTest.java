package org.bulkhead.commands.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.bulkhead.device.block.BlockDevice;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionsTest {

  private final FakeRegistry registry = new FakeRegistry();

  private final Sessions<BlockDevice> sessions =
      new Sessions<>(registry.context(), FakeGateway.full(), BlockDevice.class, "block device");

  @BeforeEach
  void addUnits() {
    add("1-2", 0, "0");
    add("1-2", 0, "1");
    add("9-9", 0, "0");
  }

  private void add(String location, int interfaceNumber, String unit) {
    registry.add(
        BlockDevice.class,
        new MemoryDisk(512, 1),
        Map.of(
            "bulkhead.location", location,
            "bulkhead.interface", interfaceNumber,
            "bulkhead.unit", unit));
  }

  @Test
  void ids_areAsShortAsTheyCanBe() {
    assertThat(sessions.ids()).containsExactly("1-2/0", "1-2/1", "9-9");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1-2/1", "1-2:0/1", "4C53/1", "0781:5567@1-2#4C53/1"})
  void unit_isFoundBehindAnyNameOfItsDevice(String id) {
    assertThat(sessions.find(id).unit()).isEqualTo("1");
  }

  @Test
  void deviceThatIsAway_isFoundByItsLocation() {
    assertThat(sessions.find("9-9").location()).isEqualTo("9-9");
  }

  @Test
  void deviceWithUnits_asksWhich() {
    assertThatThrownBy(() -> sessions.find("1-2"))
        .hasMessage("\"1-2\" can be 1-2/0 or 1-2/1: say which");
  }

  @Test
  void unknownUnit_namesWhatThereIs() {
    assertThatThrownBy(() -> sessions.find("1-2/7"))
        .hasMessage("no block device \"1-2/7\": there are 1-2/0, 1-2/1, 9-9");
  }
}
