package org.bulkhead.framework.internal.compartment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RestartBudgetTest {

  private static final long SECOND = 1_000_000_000L;

  /** A budget and the limits that it goes by. */
  private record Limited(RestartBudget budget, Limits limits) {

    Duration fault(long nowNanos) {
      return budget.fault(limits, nowNanos);
    }

    int recent() {
      return budget.recent();
    }

    void reset() {
      budget.reset();
    }
  }

  private static Limited budget(int intensity, Duration backoff, Duration backoffMax) {
    Duration any = Duration.ofSeconds(1);
    return new Limited(
        new RestartBudget(),
        new Limits(
            any,
            any,
            any,
            any,
            intensity,
            Duration.ofSeconds(60),
            backoff,
            backoffMax,
            any,
            any,
            Limits.LADDER,
            Budget.NONE));
  }

  private final Limited budget = budget(3, Duration.ofMillis(50), Duration.ofMillis(150));

  @Test
  void pause_doublesUpToTheLongest() {
    assertThat(budget.fault(0)).isEqualTo(Duration.ofMillis(50));
    assertThat(budget.fault(1)).isEqualTo(Duration.ofMillis(100));
    assertThat(budget.fault(2)).isEqualTo(Duration.ofMillis(150));
  }

  @Test
  void oneFaultTooMany_withinThePeriod_spendsTheBudget() {
    for (int i = 0; i < 3; i++) {
      assertThat(budget.fault(i * SECOND)).isNotNull();
    }
    assertThat(budget.fault(60 * SECOND)).isNull();
    assertThat(budget.recent()).isEqualTo(4);
  }

  @Test
  void faultsOlderThanThePeriod_areForgotten_andThePauseIsShortAgain() {
    for (int i = 0; i < 3; i++) {
      budget.fault(i * SECOND);
    }
    assertThat(budget.fault(63 * SECOND)).isEqualTo(Duration.ofMillis(50));
  }

  @Test
  void clockThatPassesZero_changesNothing() {
    assertThat(budget.fault(Long.MAX_VALUE - SECOND)).isEqualTo(Duration.ofMillis(50));
    assertThat(budget.fault(Long.MIN_VALUE + SECOND)).isEqualTo(Duration.ofMillis(100));
  }

  @Test
  void reset_forgetsAll() {
    for (int i = 0; i < 4; i++) {
      budget.fault(0);
    }
    budget.reset();
    assertThat(budget.fault(0)).isEqualTo(Duration.ofMillis(50));
  }

  @Test
  void noIntensity_quarantinesAtTheFirstFault() {
    assertThat(budget(0, Duration.ofMillis(1), Duration.ofMillis(1)).fault(0)).isNull();
  }

  @Test
  void longPause_doubledOften_staysTheLongest() {
    Limited slow = budget(60, Duration.ofHours(1), Duration.ofHours(5));
    slow.fault(0);
    slow.fault(0);
    for (int i = 2; i < 60; i++) {
      assertThat(slow.fault(0)).isBetween(Duration.ofHours(4), Duration.ofHours(5));
    }
  }
}
