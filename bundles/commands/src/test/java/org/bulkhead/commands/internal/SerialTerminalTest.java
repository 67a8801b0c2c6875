package org.bulkhead.commands.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bulkhead.console.RawTerminal;
import org.junit.jupiter.api.Test;

class SerialTerminalTest {

  private final EchoPort port = new EchoPort();

  @Test
  void keys_goToThePortAndBytesToTheScreenUntilTheEscape() throws Exception {
    FakeTerminal terminal = new FakeTerminal("hi\u0003\u001d");
    SerialTerminal.Passed passed = new SerialTerminal(port, "1-3", terminal).run();
    assertThat(passed).isEqualTo(new SerialTerminal.Passed("1-3", 3, 3));
    assertThat(terminal.screen.toString(StandardCharsets.US_ASCII)).isEqualTo("hi\u0003");
    assertThat(port.openStreams).hasValue(0);
  }

  @Test
  void lostTerminal_endsTheSession() throws Exception {
    assertThat(new SerialTerminal(port, "1-3", new FakeTerminal("")).run().sent()).isZero();
    assertThat(port.openStreams).hasValue(0);
  }

  @Test
  void interrupt_endsTheSession() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> new SerialTerminal(port, "1-3", new FakeTerminal("hi")).run())
        .isInstanceOf(InterruptedException.class);
    assertThat(port.openStreams).hasValue(0);
  }

  /** Types its keys; before Ctrl-] it waits until the screen shows all that was typed. */
  private static final class FakeTerminal implements RawTerminal {
    private final String keys;
    private final CountDownLatch shown;
    private int next;

    final ByteArrayOutputStream screen =
        new ByteArrayOutputStream() {
          @Override
          public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, length);
            for (int i = 0; i < length; i++) {
              shown.countDown();
            }
          }
        };

    FakeTerminal(String keys) {
      this.keys = keys;
      shown = new CountDownLatch(Math.max(0, keys.length() - 1));
    }

    @Override
    public int read(Duration timeout) throws IOException {
      if (next == keys.length()) {
        return END;
      }
      char key = keys.charAt(next++);
      try {
        if (key == 0x1d && !shown.await(10, TimeUnit.SECONDS)) {
          throw new IOException("the screen did not show what was typed");
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      return key;
    }

    @Override
    public OutputStream output() {
      return screen;
    }

    @Override
    public void close() {
      next = keys.length();
    }
  }
}
