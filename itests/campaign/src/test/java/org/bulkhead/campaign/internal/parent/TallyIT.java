package org.bulkhead.campaign.internal.parent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.bulkhead.campaign.internal.mutate.Operator;
import org.bulkhead.campaign.internal.mutate.Point;
import org.bulkhead.campaign.internal.plan.Plan;
import org.bulkhead.campaign.internal.plan.Planned;
import org.bulkhead.campaign.internal.plan.Subject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is counted as what, and what breaks the promise. */
class TallyIT {

  private static final String DRIVER = "org.bulkhead.driver.massstorage";

  private final WitnessTimes witness = new WitnessTimes(300);
  private final Tally tally =
      new Tally(
          new Plan(
              1,
              Map.of(DRIVER, List.of(new Point(0, Operator.NULL, "a"))),
              Map.of(DRIVER, new Subject(List.of(0), 1))),
          witness);

  @AfterEach
  void close() {
    witness.close();
  }

  private void add(String flags, boolean permanent) {
    Planned fault = new Planned(0, DRIVER, "", 0, 0, 1, false, permanent);
    tally.add(new Result(fault, flags, -1, -1, "exception", "note"));
  }

  @Test
  void whatAComplaintMended_theFrameworkDidNotMendAlone() {
    add("AMDR", false);
    add("AMTR", false);
    add("AMTRC", false);
    add("AMSRC", false);

    assertThat(tally.noticed()).isEqualTo(3);
    assertThat(tally.mended()).isEqualTo(1);
    assertThat(tally.mendedAlone()).isEqualTo(2 / 3.0);
    assertThat(tally.kept()).isTrue();
    assertThat(tally.text()).contains("Mended by the framework alone: 66.667 % (2)");
  }

  @Test
  void wrongDataOfTheFramework_breaksThePromise_thatOfADriverDoesNot() {
    add("AMSRCd", false);
    add("AMSRCb", false);
    assertThat(tally.kept()).isTrue();
    add("AMSRCf", false);

    assertThat(tally.wrongByFramework()).isEqualTo(1);
    assertThat(tally.kept()).isFalse();
    assertThat(tally.text()).contains("{driver=1, bus=1, framework=1}");
  }

  @Test
  void quarantineWithoutAReason_breaksThePromise() {
    add("AMDRQW", true);
    add("AMDRQWK", true);
    add("AMTR", true);
    assertThat(tally.kept()).isTrue();
    add("AMDRQE", true);

    assertThat(tally.kept()).isFalse();
    assertThat(tally.text())
        .contains(
            "manifested: 4",
            "quarantined as found=1, quarantined as complained of=1, without a reason=1",
            "told seldom=1");
  }

  @Test
  void callOfTheWitness_thatLastsLongerThanTheMachineIsLate_isAnEffect() {
    tally.witness("100 200 3000");
    assertThat(tally.kept()).isTrue();
    tally.witness("4000000 100");
    // Not of the machine: it cannot have been late for longer than this test runs.
    assertThat(tally.escaped()).isEqualTo(1);
    assertThat(tally.text()).contains("a call of the witness took 4000 ms");
  }
}
