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

  private static Campaign campaign(String name, int faults, boolean control) throws Exception {
    Options options = new Options(0, faults, 4, null, control, false, DEADLINE_MILLIS);
    Path work = ROOT.resolve("itests/campaign/target/" + name);
    Campaign campaign =
        new Campaign(options, Installation.prepare(ROOT, work, options), System.out);
    campaign.run();
    System.out.println(campaign.tally().text());
    return campaign;
  }

  @Test
  void faults_neitherEscapeNorStay() throws Exception {
    Tally tally = campaign("short", 1_000, false).tally();

    assertThat(tally.injected()).isEqualTo(1_000);
    assertThat(tally.manifested()).isGreaterThan(80);
    assertThat(tally.deaths()).isZero();
    assertThat(tally.escaped()).isZero();
    assertThat(tally.mended()).isEqualTo(1);
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
