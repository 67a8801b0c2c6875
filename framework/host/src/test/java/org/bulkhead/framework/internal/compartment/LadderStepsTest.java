package org.bulkhead.framework.internal.compartment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bulkhead.framework.admin.Rung;
import org.bulkhead.framework.admin.RungInfo;
import org.junit.jupiter.api.Test;

class LadderStepsTest {

  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final Tally tally = new Tally();
  private final Ladder ladder = new Ladder();
  private long now;

  private Rung fault(Limits limits) {
    Ladder.Step step = ladder.next(limits, now++, tally);
    if (step != null) {
      ladder.climbing(tally);
    }
    return step == null ? null : step.rung();
  }

  @Test
  void defaultLadder_endsInQuarantineAtTheSixthFault() {
    List<Rung> rungs = new ArrayList<>();
    for (Rung rung = fault(Limits.DEFAULT); rung != null; rung = fault(Limits.DEFAULT)) {
      rungs.add(rung);
    }
    assertThat(rungs).isEqualTo(Limits.LADDER);
    assertThat(ladder.tried())
        .isEqualTo("restart 2 times, then clear-halts, then reset, then cycle-port");
  }

  @Test
  void faultsTooSlowForThePeriod_endInQuarantineToo_whereNoLifeWasStable() {
    for (int i = 0; i < 5; i++) {
      now += 2 * MINUTE;
      assertThat(fault(Limits.DEFAULT)).isNotNull();
    }
    now += 2 * MINUTE;
    assertThat(fault(Limits.DEFAULT)).isNull();
  }

  @Test
  void stableLife_countsAsASuccess_andTheNextFaultIsTheFirst() {
    fault(Limits.DEFAULT);
    fault(Limits.DEFAULT);
    fault(Limits.DEFAULT);
    ladder.stable(tally);
    assertThat(fault(Limits.DEFAULT)).isEqualTo(Rung.RESTART);
    assertThat(tally.ladder())
        .containsExactly(
            new RungInfo(Rung.RESTART, 3, 0, 2, 0), new RungInfo(Rung.CLEAR_HALTS, 1, 1, 0, 0));
  }

  @Test
  void impossibleRung_isNeitherSuccessNorFailure_andNamesTheReason() {
    fault(Limits.DEFAULT);
    ladder.impossible(tally, "no such port");
    fault(Limits.DEFAULT);
    assertThat(tally.ladder()).containsExactly(new RungInfo(Rung.RESTART, 2, 0, 0, 1));
    assertThat(ladder.tried()).isEqualTo("restart (impossible: no such port), then restart");
  }

  @Test
  void deviceThatARungLetLeave_isStillOnTheLadder_butNotOneThatAPersonPluggedIn() {
    for (int i = 0; i < 5; i++) {
      fault(Limits.DEFAULT);
    }
    ladder.arrived();
    assertThat(fault(Limits.DEFAULT)).isNull();
    ladder.arrived();
    assertThat(fault(Limits.DEFAULT)).isEqualTo(Rung.RESTART);
  }
}
