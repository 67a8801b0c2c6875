package org.bulkhead.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProbationTest {

  private static final long BUNDLE = 7;

  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final AtomicLong served = new AtomicLong(50);
  private final Probation probation = new Probation(bundle -> served.get());

  private void begin() {
    probation.begin(BUNDLE, Duration.ofMinutes(1), 10, 0);
  }

  @Test
  void newVersion_isCoveredUntilItHasRunAndServed() {
    begin();
    assertThat(probation.covers(BUNDLE, MINUTE - 1)).isTrue();
    assertThat(probation.covers(BUNDLE, MINUTE)).as("it has served nobody").isTrue();

    served.addAndGet(10);

    assertThat(probation.covers(BUNDLE, MINUTE - 1)).as("its time is not over").isTrue();
    assertThat(probation.covers(BUNDLE, MINUTE)).isFalse();
  }

  @Test
  void others_areNotCovered() {
    begin();

    assertThat(probation.covers(BUNDLE + 1, 0)).isFalse();
  }

  @Test
  void endedProbation_coversNoMore() {
    begin();

    probation.end(BUNDLE);

    assertThat(probation.covers(BUNDLE, 0)).isFalse();
  }

  @Test
  void noTime_isNoProbation() {
    probation.begin(BUNDLE, Duration.ZERO, 10, 0);

    assertThat(probation.covers(BUNDLE, 0)).isFalse();
  }
}
