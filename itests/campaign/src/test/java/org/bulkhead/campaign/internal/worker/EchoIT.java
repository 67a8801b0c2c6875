package org.bulkhead.campaign.internal.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.bulkhead.device.serial.ModemLines;
import org.bulkhead.device.serial.SerialLine.Condition;
import org.bulkhead.transport.sim.SerialWire;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the other end of the line takes for a frame that arrived. */
class EchoIT implements SerialWire {

  private final Echo echo = new Echo();
  private int sentBack;

  @Override
  public int send(ByteBuffer data) {
    sentBack += data.remaining();
    return data.remaining();
  }

  @Override
  public void lines(ModemLines lines) {}

  @Override
  public void condition(Condition condition) {}

  @BeforeEach
  void connect() {
    echo.connected(this);
  }

  private static ByteBuffer frame(long number) {
    ByteBuffer frame = ByteBuffer.allocate(Echo.FRAME);
    Echo.fill(frame, number);
    return frame;
  }

  @Test
  void wholeFrame_isThere_andTheSameAgainIsTwice() {
    echo.received(frame(1));
    echo.received(frame(2));
    assertThat(echo.has(1)).isTrue();
    assertThat(echo.has(3)).isFalse();
    assertThat(echo.twice()).isZero();
    echo.received(frame(1));
    assertThat(echo.twice()).isEqualTo(1);
    assertThat(sentBack).isEqualTo(3 * Echo.FRAME);
  }

  @Test
  void frameBehindOneThatWasCutShort_isFound() {
    echo.received(frame(1).limit(Echo.FRAME / 2));
    echo.received(frame(2));
    ByteBuffer wrong = frame(3);
    wrong.put(Echo.FRAME / 2, (byte) ~wrong.get(Echo.FRAME / 2));
    echo.received(wrong);
    echo.received(frame(4));
    assertThat(echo.has(1)).isFalse();
    assertThat(echo.has(2)).isTrue();
    assertThat(echo.has(3)).isFalse();
    assertThat(echo.has(4)).isTrue();
  }
}
