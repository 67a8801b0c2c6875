package org.bulkhead.device.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.bulkhead.device.usb.descriptor.DeviceDescriptor;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MatchRuleOnDescriptorsTest {

  private static DeviceDescriptor device(int deviceClass) {
    return new DeviceDescriptor(
        0x0200, deviceClass, 0x06, 0x50, 64, 0x0403, 0x6001, 0x0600, 1, 2, 3, 1);
  }

  private static InterfaceDescriptor function(int interfaceClass) {
    return new InterfaceDescriptor(0, 0, interfaceClass, 0x06, 0x50, 0, List.of(), List.of());
  }

  @ParameterizedTest
  @CsvSource({
    "0403:6001, 40",
    "0403:6001@0600, 50",
    "0403:6001@0601, 0",
    "0403:6002, 0",
    "0404:6001, 0",
    "class 08, 10",
    "class 08/06, 20",
    "class 08/06/50, 30",
    "class 08/06/51, 0",
    "class 08/05, 0",
    "class 09, 0",
    "' CLASS 08 ', -1",
    "' class 08 ', 10"
  })
  void rule_matchesAsStronglyAsItIsSpecific(String rule, int strength) {
    if (strength < 0) {
      assertThatThrownBy(() -> MatchRule.parse(rule)).isInstanceOf(IllegalArgumentException.class);
      return;
    }
    assertThat(MatchRule.parse(rule).match(device(0), function(8))).isEqualTo(strength);
  }

  @Test
  void classOfTheDevice_countsAsWell() {
    MatchRule rule = MatchRule.parse("class 08/06/50");
    assertThat(rule.match(device(8), function(0xff))).isEqualTo(MatchRule.MATCH_PROTOCOL);
    assertThat(rule.match(device(0xff), function(0xff))).isEqualTo(MatchRule.MATCH_NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0403",
        "0403:",
        "403:6001",
        "0403:60011",
        "0403:6001@",
        "class",
        "class 8",
        "class 08/",
        "class 08/6",
        "class 08/06/50/00",
        "class xx",
        "0403:6001 class 08"
      })
  void textThatIsNoRule_isRefused_withTheForms(String text) {
    assertThatThrownBy(() -> MatchRule.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("class 08/06/50");
  }
}
