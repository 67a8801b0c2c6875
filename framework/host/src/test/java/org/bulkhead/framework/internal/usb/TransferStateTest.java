package org.bulkhead.framework.internal.usb;

import static org.assertj.core.api.Assertions.assertThat;

import org.bulkhead.framework.internal.usb.TransferState.Phase;
import org.junit.jupiter.api.Test;

class TransferStateTest {

  private final TransferState state = new TransferState();

  @Test
  void itMoves_fromThePhaseItIsInOnly() {
    assertThat(state.move(Phase.FLYING, Phase.LANDED)).isFalse();
    assertThat(state.is(Phase.IDLE)).isTrue();

    assertThat(state.move(Phase.IDLE, Phase.FLYING)).isTrue();

    assertThat(state.is(Phase.FLYING)).isTrue();
  }

  @Test
  void whoHasAnEarlierWaitInMind_endsNoOther() {
    int first = state.startWait();
    // Cancelled, taken back, and submitted again.
    assertThat(state.move(Phase.WAITING, Phase.LANDED)).isTrue();
    assertThat(state.move(Phase.LANDED, Phase.IDLE)).isTrue();
    int second = state.startWait();

    assertThat(state.endWait(first, Phase.FLYING)).isFalse();
    assertThat(state.is(Phase.WAITING)).isTrue();

    assertThat(state.endWait(second, Phase.FLYING)).isTrue();
    assertThat(state.is(Phase.FLYING)).isTrue();
  }

  @Test
  void aWait_endsOnce() {
    int wait = state.startWait();

    assertThat(state.endWait(wait, Phase.FLYING)).isTrue();
    assertThat(state.endWait(wait, Phase.LANDING)).isFalse();
  }

  @Test
  void freed_itStaysSo() {
    state.startWait();

    assertThat(state.free()).isEqualTo(Phase.WAITING);
    assertThat(state.free()).isEqualTo(Phase.FREED);
    int late = state.startWait();

    assertThat(state.endWait(late, Phase.FLYING)).isFalse();
    assertThat(state.move(Phase.IDLE, Phase.FLYING)).isFalse();
    assertThat(state.is(Phase.FREED)).isTrue();
  }
}
