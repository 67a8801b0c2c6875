package org.bulkhead.scanner.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.bulkhead.device.input.InputDescription;
import org.bulkhead.device.input.InputKind;
import org.bulkhead.device.input.KeyboardLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScannerRuleTest {

  private static final KeyboardLayout US = KeyboardLayout.named("us");

  private static InputDescription device(InputKind kind) {
    return new InputDescription(
        "Honeywell (Barcode) Scanner",
        0x0c2e,
        0x0b61,
        Set.of(kind),
        List.of(),
        Set.of(),
        List.of());
  }

  @ParameterizedTest
  @CsvSource({
    "1-2, true",
    "1-3, false",
    "0c2e:0b61, true",
    "0C2E:0B61, true",
    "0c2e:0b62, false",
    "*scanner*, true",
    "*scanner, true",
    "scanner*, false",
    "honeywell (barcode) scanner, true",
    "*.*, false",
    "*, true",
    "*scanner*=de, true"
  })
  void rule_namesALocationAModelOrAName(String rule, boolean matches) {
    assertThat(ScannerRule.parse(rule, US).matches("1-2", device(InputKind.KEYBOARD)))
        .isEqualTo(matches);
  }

  @Test
  void deviceWithoutKeys_isNoScanner() {
    assertThat(ScannerRule.parse("*", US).matches("1-2", device(InputKind.POINTER))).isFalse();
  }

  @Test
  void layout_isTheRulesOwnOrTheCommonOne() {
    assertThat(ScannerRule.parse("1-2", US).layout().name()).isEqualTo("us");
    assertThat(ScannerRule.parse("1-2 = de", US).layout().name()).isEqualTo("de");
    assertThatThrownBy(() -> ScannerRule.parse("1-2=xx", US)).hasMessageContaining("us, de");
  }
}
