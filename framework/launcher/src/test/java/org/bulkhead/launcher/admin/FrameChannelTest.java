package org.bulkhead.launcher.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.Random;
import org.bulkhead.launcher.admin.Frame.Type;
import org.junit.jupiter.api.Test;

class FrameChannelTest {

  @Test
  void sentFrame_isReceivedAsItWas() throws IOException {
    Frame received = channel(bytes(Frame.text(Type.EXEC, "lb; häh"))).receive();

    assertThat(received.type()).isEqualTo(Type.EXEC);
    assertThat(received.text(0)).isEqualTo("lb; häh");
  }

  @Test
  void largestFrame_isReceived() throws IOException {
    Frame largest = new Frame(Type.STDOUT, new byte[Frame.MAX_PAYLOAD]);

    assertThat(channel(bytes(largest)).receive().payload()).hasSize(Frame.MAX_PAYLOAD);
  }

  @Test
  void largerFrame_cannotBeMade() {
    assertThatThrownBy(() -> new Frame(Type.STDOUT, new byte[Frame.MAX_PAYLOAD + 1]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void largerLength_isRefusedWithoutReadingOn() {
    byte[] header = ByteBuffer.allocate(5).put((byte) 1).putInt(Frame.MAX_PAYLOAD + 1).array();

    assertThatThrownBy(() -> channel(header).receive())
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("65537");
  }

  @Test
  void negativeLength_isRefused() {
    byte[] header = ByteBuffer.allocate(5).put((byte) 1).putInt(-1).array();

    assertThatThrownBy(() -> channel(header).receive())
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("4294967295");
  }

  @Test
  void unknownType_isRefused() {
    assertThatThrownBy(() -> channel(new byte[] {99, 0, 0, 0, 0}).receive())
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("99");
  }

  @Test
  void endBetweenFrames_isNull() throws IOException {
    assertThat(channel(new byte[0]).receive()).isNull();
  }

  @Test
  void endWithinAFrame_isAnError() throws IOException {
    byte[] whole = bytes(Frame.text(Type.EXEC, "lb"));

    for (int length = 1; length < whole.length; length++) {
      FrameChannel cut = channel(Arrays.copyOf(whole, length));
      assertThatThrownBy(cut::receive).as("%d bytes", length).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void garbage_throwsNothingButWhatIsDocumented() {
    Random random = new Random(1);
    for (int round = 0; round < 20_000; round++) {
      byte[] garbage = new byte[random.nextInt(40)];
      random.nextBytes(garbage);
      try (FrameChannel channel = channel(garbage)) {
        Frame frame = channel.receive();
        if (frame != null && frame.type() == Type.SHELL) {
          WindowSize.parse(frame.payload());
        } else if (frame != null && frame.type() == Type.EXIT) {
          frame.exitStatus();
        }
      } catch (IOException documented) {
        assertThat(documented).isInstanceOfAny(ProtocolException.class, EOFException.class);
      }
    }
  }

  @Test
  void shellFrame_carriesSizeAndTerminal() throws IOException {
    Frame shell = Frame.shell(new WindowSize(300, 40_000), "xterm");

    assertThat(WindowSize.parse(shell.payload())).isEqualTo(new WindowSize(300, 40_000));
    assertThat(shell.text(4)).isEqualTo("xterm");
  }

  @Test
  void exitFrame_carriesTheStatus() throws IOException {
    assertThat(Frame.exit(143).exitStatus()).isEqualTo(143);
  }

  private static byte[] bytes(Frame frame) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new FrameChannel(
            Channels.newChannel(new ByteArrayInputStream(new byte[0])), Channels.newChannel(bytes))
        .send(frame);
    return bytes.toByteArray();
  }

  private static FrameChannel channel(byte[] input) {
    return new FrameChannel(
        Channels.newChannel(new ByteArrayInputStream(input)),
        Channels.newChannel(new ByteArrayOutputStream()));
  }
}
