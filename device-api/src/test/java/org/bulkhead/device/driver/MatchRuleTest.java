package org.bulkhead.device.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MatchRuleTest {

  private static final Map<String, Object> PROPERTIES =
      Map.of(
          "usbinfo.idVendor", "0403",
          "usbinfo.idProduct", "6001",
          "usbinfo.bcdDevice", "0600",
          "usbinfo.bDeviceClass", "00",
          "usbinfo.bDeviceSubClass", "00",
          "usbinfo.bDeviceProtocol", "00",
          "usbinfo.bInterfaceClass", "ff",
          "usbinfo.bInterfaceSubClass", "01",
          "usbinfo.bInterfaceProtocol", "02");

  @ParameterizedTest
  @CsvSource({
    "0403:6001, 40",
    "0403:6001@0600, 50",
    "0403:6001@0700, 0",
    "0403:6002, 0",
    "class ff, 10",
    "class ff/01, 20",
    "class ff/01/02, 30",
    "class ff/01/03, 0",
    "class 08, 0",
    "class 00, 10",
  })
  void properties_matchAsDescriptorsDo(String rule, int value) {
    assertThat(MatchRule.parse(rule).match(PROPERTIES::get)).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0403:6001", "0403:6001@0600", "class ff", "class ff/01", "class ff/01/02"})
  void absentOrWrongProperties_matchNothing(String rule) {
    MatchRule parsed = MatchRule.parse(rule);

    assertThat(parsed.match(name -> null)).isEqualTo(MatchRule.MATCH_NONE);
    assertThat(parsed.match(name -> "")).isEqualTo(MatchRule.MATCH_NONE);
    assertThat(parsed.match(name -> "-1")).isEqualTo(MatchRule.MATCH_NONE);
    assertThat(parsed.match(name -> 0x0403)).isEqualTo(MatchRule.MATCH_NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0403:6001", "0403:fe72@0600", "class ff", "class ff/01", "class ff/01/02"})
  void text_isTheRule(String rule) {
    assertThat(MatchRule.parse(rule)).hasToString(rule);
  }

  @Test
  void upperCase_isTakenAsWell() {
    assertThat(MatchRule.parse("0403:FE72")).hasToString("0403:fe72");
  }
}
