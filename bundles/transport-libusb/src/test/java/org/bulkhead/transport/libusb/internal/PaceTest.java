package org.bulkhead.transport.libusb.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long SAFETY = 5 * SECOND;
  private static final long POLL = SECOND / 2;

  private final Pace pace = new Pace(SAFETY, POLL);

  @Test
  void firstLook_provesNothing() {
    assertThat(pace.looked(0, true)).isFalse();
    assertThat(pace.waitNanos(0, false)).isEqualTo(SAFETY);
    assertThat(pace.looked(SAFETY, false)).isFalse();
    assertThat(pace.polling()).isFalse();
  }

  @Test
  void announcedChanges_keepTheLongInterval() {
    pace.looked(0, true);
    pace.event(SECOND);

    assertThat(pace.looked(SECOND, true)).isFalse();
    assertThat(pace.looked(2 * SECOND, false)).isFalse();
    assertThat(pace.waitNanos(2 * SECOND, false)).isEqualTo(SAFETY);
  }

  @Test
  void event_isFollowedByASecondLook() {
    pace.looked(0, true);
    pace.event(SECOND);
    pace.looked(SECOND, false);

    assertThat(pace.waitNanos(SECOND, false)).isLessThan(SECOND / 2);
  }

  @Test
  void changeThatIsAnnouncedLate_isForgiven() {
    pace.looked(0, true);
    pace.looked(SECOND, true);
    pace.event(SECOND + SECOND / 2);

    assertThat(pace.looked(SECOND * 3 / 2, false)).isFalse();
    assertThat(pace.looked(4 * SECOND, false)).isFalse();
    assertThat(pace.polling()).isFalse();
  }

  @Test
  void changeThatNobodyAnnounces_startsPollingAndTellsOnce() {
    pace.looked(0, true);

    assertThat(pace.looked(SECOND, true)).isFalse();
    assertThat(pace.waitNanos(SECOND, false)).isEqualTo(Pace.GRACE_NANOS);
    assertThat(pace.looked(2 * SECOND, false)).isTrue();
    assertThat(pace.looked(3 * SECOND, true)).isFalse();
    assertThat(pace.waitNanos(3 * SECOND, false)).isEqualTo(POLL);
  }

  @Test
  void unfinishedDevice_isLookedAtSoon() {
    pace.looked(0, true);

    assertThat(pace.waitNanos(0, true)).isLessThan(SECOND / 2);
  }
}
