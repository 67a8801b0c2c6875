package org.bulkhead.campaign.internal.parent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bulkhead.campaign.internal.mutate.Point;
import org.bulkhead.campaign.internal.plan.Plan;
import org.bulkhead.campaign.internal.plan.Subject;
import org.junit.jupiter.api.Test;

/** A short campaign, whose figures are printed and whose promises are asserted. */
class CampaignIT {

  private static final Path ROOT = Path.of(System.getProperty("campaign.root"));

  /** Longer than people use, as machines that build do other things, too. */
  private static final int DEADLINE_MILLIS = 2_000;

  /** Ten times what is promised on a machine that does nothing else. */
  private static final double LONGEST_RECOVERY_MILLIS = 10 * 100;

  private static final double LONGEST_HANG_MILLIS = 10 * (DEADLINE_MILLIS + 100);

  private static Options options(String name, int faults, boolean control) {
    Path json = ROOT.resolve("itests/campaign/target/" + name + ".json");
    return new Options(0, faults, 4, json, control, false, false, DEADLINE_MILLIS);
  }

  private static Installation installation(String name, Options options) throws Exception {
    return Installation.prepare(ROOT, ROOT.resolve("itests/campaign/target/" + name), options);
  }

  /** Runs, prints and writes as the command does. */
  private static Tally tally(String name, int faults, boolean control) throws Exception {
    Options options = options(name, faults, control);
    Campaign campaign = new Campaign(options, installation(name, options), System.out);
    campaign.run();
    Main.print(campaign, options, true);
    return campaign.tally();
  }

  @Test
  void faults_neitherEscapeNorStay() throws Exception {
    Tally tally = tally("short", 1_000, false);

    assertThat(tally.injected()).isEqualTo(1_000);
    assertThat(tally.manifested()).isGreaterThan(80);
    assertThat(tally.deaths()).isZero();
    assertThat(tally.escaped()).isZero();
    assertThat(tally.mended()).isEqualTo(1);
    // Some 97 %; on a machine that is busy, a keyboard is complained of a moment too early.
    assertThat(tally.mendedAlone()).isGreaterThan(0.9);
    assertThat(tally.wrongByFramework()).isZero();
    assertThat(tally.twice()).isZero();
    assertThat(tally.kept()).isTrue();
    assertThat(tally.recoveryMillis(0.99)).isLessThan(LONGEST_RECOVERY_MILLIS);
    // NaN where none of these faults hung, which is no excess.
    assertThat(tally.detectionMillis("hang", 1)).matches(ms -> !(ms > LONGEST_HANG_MILLIS));

    Map<String, Object> json = JsonText.parse(options("short", 0, false).json());
    assertThat(json).containsEntry("seed", 4.0).containsEntry("onceTwice", 0.0);
    assertThat((Map<?, ?>) json.get("all"))
        .extracting("injected", "escaped")
        .containsExactly(1_000.0, 0.0);
    assertThat((Map<?, ?>) json.get("wrongData")).extracting("framework").isEqualTo(0.0);
  }

  @Test
  void withoutSupervision_theSameFaultsStay() throws Exception {
    Tally tally = tally("control", 600, true);

    // Some 38; what mends itself then are calls that failed, and whose driver was not hurt.
    assertThat(tally.noticed()).isGreaterThan(25);
    assertThat(tally.mendedAlone()).isLessThan(0.7);
  }

  @Test
  void sameSeed_isTheSameFaults_ofDriversMutatedAnew() throws Exception {
    Options options = options("one", 0, false);
    Plan one = new Plan(4, installation("one", options).points(), Installation.DRIVERS);
    Plan same = new Plan(4, installation("two", options).points(), Installation.DRIVERS);
    for (int i = 0; i < 1_000; i++) {
      assertThat(one.fault(i)).isEqualTo(same.fault(i));
      assertThat(one.describe(one.fault(i))).isEqualTo(same.describe(same.fault(i)));
    }
  }

  @Test
  void plan_isTheSeedsAlone() {
    Plan one = plan(1);
    Plan same = plan(1);
    Plan other = plan(2);
    int alike = 0;
    for (int i = 0; i < 1_000; i++) {
      assertThat(one.fault(i)).isEqualTo(same.fault(i));
      alike += one.fault(i).equals(other.fault(i)) ? 1 : 0;
    }
    assertThat(alike).isLessThan(100);
  }

  @Test
  void drivers_getTheirShares() {
    Plan plan = plan(1);
    int last = -1;
    for (int i = 0; i < 3 * 10; i++) {
      last = plan.following("d", last);
      assertThat(plan.fault(last).driver()).isEqualTo("d");
    }
    assertThat(last).isLessThan(3 * 40);
    assertThat(plan.following("d", last)).isGreaterThanOrEqualTo(3 * 40);
  }

  private static Plan plan(long seed) {
    List<Point> points = List.of(new Point(0, null, "a"), new Point(1, null, "b"));
    return new Plan(
        seed,
        Map.of("d", points, "e", points),
        Map.of("d", new Subject(List.of(0, 0x81), 10), "e", new Subject(List.of(0), 30)));
  }
}
