package org.bulkhead.framework.internal.compartment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FaultTest {

  @Test
  void fault_hasTheMessageAndTheTrace() {
    Fault fault = Fault.of(FaultKind.EXCEPTION, new IllegalStateException("why\nand more"));
    assertThat(fault.message()).isEqualTo("java.lang.IllegalStateException: why …");
    assertThat(fault.trace()).contains("and more").contains("FaultTest");
  }

  @Test
  void throwableThatCannotBePrinted_isNamed() {
    Fault fault =
        Fault.of(
            FaultKind.ERROR,
            new Error() {
              private static final long serialVersionUID = 1L;

              @Override
              public String toString() {
                throw this;
              }
            });
    assertThat(fault.message()).contains("FaultTest").contains("cannot be printed");
  }

  @Test
  void noThrowableAtAll_isAFaultAllTheSame() {
    assertThat(Fault.of(FaultKind.REPORTED, null).message()).isEqualTo("no cause given");
  }

  @Test
  void longTexts_areCut() {
    Fault fault = Fault.of(FaultKind.EXCEPTION, new RuntimeException("x".repeat(1_000_000)));
    assertThat(fault.message()).hasSizeLessThan(600).endsWith("…");
    assertThat(fault.trace()).hasSizeLessThan(17_000).endsWith("…");
  }
}
