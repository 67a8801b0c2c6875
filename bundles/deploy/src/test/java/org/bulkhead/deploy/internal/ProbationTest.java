package org.bulkhead.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProbationTest {

  private static final long BUNDLE = 7;

  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final AtomicLong served = new AtomicLong(50);
  private final Probation probation = new Probation(bundle -> served.get());

  @BeforeEach
  void aMinuteAndTenCalls() {
    probation.configure(Duration.ofMinutes(1), 10);
  }

  @Test
  void newVersion_isCoveredUntilItHasRunAndServed() {
    probation.begin(BUNDLE, 0);
    assertThat(probation.covers(BUNDLE, MINUTE - 1)).isTrue();
    assertThat(probation.covers(BUNDLE, MINUTE)).as("it has served nobody").isTrue();

    served.addAndGet(10);

    assertThat(probation.covers(BUNDLE, MINUTE - 1)).as("its time is not over").isTrue();
    assertThat(probation.covers(BUNDLE, MINUTE)).isFalse();
  }

  @Test
  void others_areNotCovered() {
    probation.begin(BUNDLE, 0);

    assertThat(probation.covers(BUNDLE + 1, 0)).isFalse();
  }

  @Test
  void endedProbation_coversNoMore() {
    probation.begin(BUNDLE, 0);

    probation.end(BUNDLE);

    assertThat(probation.covers(BUNDLE, 0)).isFalse();
  }

  @Test
  void noTime_isNoProbation() {
    probation.configure(Duration.ZERO, 10);

    probation.begin(BUNDLE, 0);

    assertThat(probation.covers(BUNDLE, 0)).isFalse();
  }
}
