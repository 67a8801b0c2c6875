package org.bulkhead.framework.internal.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.bulkhead.device.contract.DeviceUnavailableException;
import org.bulkhead.device.contract.OutcomeUnknownException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LineBufferTest {

  private static final long PATIENCE = Duration.ofMillis(50).toNanos();

  private final LineBuffer line = new LineBuffer("port", PATIENCE);

  @BeforeEach
  void begin() {
    line.present();
    line.reader(this);
    line.open();
  }

  private static ByteBuffer text(String text) {
    return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
  }

  private String read(int most) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(most);
    line.read(this, into, PATIENCE);
    return new String(into.array(), 0, into.position(), ISO_8859_1);
  }

  @Test
  void received_isReadInOrder() throws IOException {
    assertThat(line.received(text("abc"))).isTrue();
    assertThat(line.received(text("de"))).isTrue();
    assertThat(line.available()).isEqualTo(5);
    assertThat(read(2)).isEqualTo("ab");
    assertThat(read(100)).isEqualTo("cde");
  }

  @Test
  void fullBuffer_takesWhatFits_andTellsWhenThereIsRoom() throws IOException {
    ByteBuffer much = ByteBuffer.allocate(70_000);
    assertThat(line.received(much)).isFalse();
    int left = much.remaining();
    assertThat(left).isPositive();
    boolean[] told = {false};
    line.onRoom(() -> told[0] = true);
    Runnable room = null;
    for (int got = 0; room == null && got < 70_000; got += 1000) {
      room = line.read(this, ByteBuffer.allocate(1000), PATIENCE);
    }
    room.run();
    assertThat(told[0]).isTrue();
    assertThat(line.received(much)).isTrue();
  }

  @Test
  void receivedWhileNobodyListens_isDropped() {
    line.close();
    ByteBuffer data = text("abc");
    assertThat(line.received(data)).isTrue();
    assertThat(data.hasRemaining()).isFalse();
    line.open();
    assertThat(line.available()).isZero();
  }

  @Test
  void confirmedBytes_endTheWrite() throws IOException {
    line.beginWrite();
    line.accepted(10);
    line.sent(4);
    assertThat(line.confirmed()).isEqualTo(4);
    line.sent(6);
    line.awaitAll();
    assertThat(line.confirmed()).isEqualTo(10);
  }

  @Test
  void failedBytes_failTheWrite() {
    line.beginWrite();
    line.accepted(10);
    line.sent(4);
    IOException stalled = new IOException("stalled");
    line.sendFailed(6, stalled);
    assertThatThrownBy(line::awaitAll)
        .hasCause(stalled)
        .isInstanceOfSatisfying(
            OutcomeUnknownException.class,
            unknown -> {
              assertThat(unknown.bytesConfirmed()).isEqualTo(4);
              assertThat(unknown.bytesUnknown()).isEqualTo(6);
            });
  }

  @Test
  void lateOutcomeOfAnEarlierWrite_isNotTakenForThisOnes() throws IOException {
    line.beginWrite();
    line.accepted(100);
    line.beginWrite();
    line.accepted(5);
    line.sent(60);
    line.sendFailed(40, new IOException("of the first write"));
    assertThat(line.confirmed()).isZero();
    line.sent(5);
    line.awaitAll();
    assertThat(line.confirmed()).isEqualTo(5);
  }

  @Test
  void outcomeThatSpansTwoWrites_isSharedBetweenThem() throws IOException {
    line.beginWrite();
    line.accepted(3);
    line.beginWrite();
    line.accepted(5);
    line.sent(8);
    line.awaitAll();
    assertThat(line.confirmed()).isEqualTo(5);
  }

  @Test
  void outcomeToldBeforeTheDriverReturned_counts() throws IOException {
    line.beginWrite();
    line.sent(7);
    line.accepted(7);
    line.awaitAll();
    assertThat(line.confirmed()).isEqualTo(7);
  }

  @Test
  void deathOfTheDriver_leavesWhatIsNotConfirmedUnknown() {
    line.beginWrite();
    line.accepted(10);
    line.sent(4);
    line.ended();
    assertThatThrownBy(line::awaitAll)
        .isInstanceOfSatisfying(
            OutcomeUnknownException.class,
            unknown -> {
              assertThat(unknown.bytesConfirmed()).isEqualTo(4);
              assertThat(unknown.bytesUnknown()).isEqualTo(6);
            });
  }

  @Test
  void nextIncarnation_doesNotAnswerForTheBytesOfTheLast() throws IOException {
    line.beginWrite();
    line.accepted(10);
    line.ended();
    line.present();
    line.beginWrite();
    line.accepted(3);
    line.sent(3);
    line.awaitAll();
    assertThat(line.confirmed()).isEqualTo(3);
  }

  @Test
  void read_duringAnAbsence_endsAfterItsPatience() {
    line.ended();
    assertThatThrownBy(() -> read(1)).isInstanceOf(DeviceUnavailableException.class);
  }

  @Test
  void read_byAStreamThatIsClosed_isRefused() {
    line.reader(null);
    line.received(text("a"));
    assertThatThrownBy(() -> read(1)).hasMessageContaining("closed");
  }

  @Test
  void driverThatTakesNothing_thoughNothingIsUnderWay_isAskedAgainSoon() throws IOException {
    line.beginWrite();
    assertThat(line.awaitMoreThan(line.settled())).isFalse();
  }

  @Test
  void write_ofWhichNothingIsEverTold_endsWithWhatIsKnown() throws IOException {
    line.beginWrite();
    line.accepted(10);
    line.sent(4);
    assertThatThrownBy(line::awaitAll)
        .isInstanceOfSatisfying(
            OutcomeUnknownException.class,
            e -> {
              assertThat(e.bytesConfirmed()).isEqualTo(4);
              assertThat(e.bytesUnknown()).isEqualTo(6);
            });
  }
}
