package org.bulkhead.commands.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bulkhead.console.CommandFailure;
import org.bulkhead.framework.admin.InjectedFault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.service.serial.SerialConstants;
import org.osgi.service.serial.SerialPortConfiguration;

class TextTest {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @Test
  void hexDump_showsOffsetsDigitsAndText() {
    HexDump dump = new HexDump(out, 512);
    "0123456789abcdef\u0001z".chars().forEach(dump::write);
    dump.close();
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            """
            00000200  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
            00000210  01 7a                                             |.z|
            """);
  }

  @ParameterizedTest
  @CsvSource({"0,0 B", "1023,1023 B", "1024,1 KiB", "1536,1.5 KiB", "16777216,16 MiB"})
  void sizes_areInWords(long size, String words) {
    assertThat(Sizes.words(size)).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({"16,16", "0x10,16", "010,10", "0,0"})
  void number_isDecimalOrHexadecimal(String text, long value) {
    assertThat(Arguments.number("the block", text, 0, 100)).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({"abc", "-1", "101", "1.5", "0x", "''"})
  void numberThatIsNone_saysWhatIsNeeded(String text) {
    assertThatThrownBy(() -> Arguments.number("the block", text, 0, 100))
        .isInstanceOfSatisfying(
            CommandFailure.class, e -> assertThat(e.status()).isEqualTo(CommandFailure.USAGE))
        .hasMessage("the block is \"" + text + "\": a whole number from 0 to 100 is needed");
  }

  @Test
  void unknownWord_namesTheKnownOnes() {
    assertThatThrownBy(() -> Arguments.word("the fault", "melt", InjectedFault.class))
        .hasMessage("the fault is \"melt\": one of throw, error, hang, loop is needed");
  }

  @Test
  void escapes_becomeBytes() {
    assertThat(Escapes.bytes("a\\r\\n\\x1b\\\\é"))
        .isEqualTo(new byte[] {'a', '\r', '\n', 0x1b, '\\', (byte) 0xc3, (byte) 0xa9});
    assertThatThrownBy(() -> Escapes.bytes("a\\q")).hasMessageContaining("unknown escape");
    assertThatThrownBy(() -> Escapes.bytes("a\\")).isInstanceOf(CommandFailure.class);
    assertThatThrownBy(() -> Escapes.bytes("a\\x1")).isInstanceOf(CommandFailure.class);
  }

  @Test
  void progress_showsBarRateAndRest() {
    AtomicLong time = new AtomicLong();
    Progress progress = new Progress(out, true, 80, 4 << 20, time::get);
    time.set(1_000_000_000);
    progress.accept(1 << 20);
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .contains("###")
        .contains(" 25%  1 MiB of 4 MiB  1 MiB/s  0:03 left");
    progress.close();
    assertThat(bytes.toString(StandardCharsets.UTF_8)).endsWith("\r\u001b[K");
  }

  @Test
  void progress_isSilentWithoutATerminal() {
    AtomicLong time = new AtomicLong();
    try (Progress progress = new Progress(out, false, 80, 100, time::get)) {
      time.set(1_000_000_000);
      progress.accept(50);
    }
    assertThat(bytes.size()).isZero();
  }

  @Test
  void serialSettings_changeOnlyWhatIsGiven() {
    SerialPortConfiguration now =
        new SerialPortConfiguration(
            9600, 8, SerialConstants.FLOWCONTROL_NONE, SerialConstants.PARITY_NONE, 1);
    SerialPortConfiguration then =
        SerialSettings.change(now, "115200", "", "even", "1.5", "rtscts");
    assertThat(then.getBaudRate()).isEqualTo(115200);
    assertThat(then.getDataBits()).isEqualTo(8);
    assertThat(then.getParity()).isEqualTo(SerialConstants.PARITY_EVEN);
    assertThat(then.getStopBits()).isEqualTo(SerialConstants.STOPBITS_1_5);
    assertThat(then.getFlowControl())
        .isEqualTo(SerialConstants.FLOWCONTROL_RTSCTS_IN | SerialConstants.FLOWCONTROL_RTSCTS_OUT);
    assertThatThrownBy(() -> SerialSettings.change(now, "", "9", "", "", ""))
        .hasMessage("--data is \"9\": a whole number from 5 to 8 is needed");
  }

  @Test
  void options_areThoseOfTheMethods() {
    assertThat(Options.names("block:hash"))
        .containsExactlyInAnyOrder("--json", "--algorithm", "--from", "--count");
    assertThat(Options.positional("block:hash", List.of("--from", "3", "--json", "1-2")))
        .containsExactly("1-2");
    assertThat(Options.names("other:thing")).isEmpty();
  }
}
