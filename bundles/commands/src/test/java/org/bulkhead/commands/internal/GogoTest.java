package org.bulkhead.commands.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;
import org.bulkhead.console.CommandFailure;
import org.bulkhead.device.block.BlockDevice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.serial.SerialDevice;

/** The commands as Gogo calls them: arguments, options and redirection. */
class GogoTest {

  private final FakeGateway gateway = FakeGateway.full();
  private final MemoryDisk disk = new MemoryDisk(512, 64);
  private final EchoPort port = new EchoPort();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ThreadIOImpl streams = new ThreadIOImpl();
  private CommandProcessorImpl processor;
  private CommandSession session;

  @TempDir private Path folder;

  @BeforeEach
  void startGogo() {
    FakeRegistry registry = new FakeRegistry();
    registry.add(
        BlockDevice.class,
        disk,
        Map.of("bulkhead.location", "1-2", "bulkhead.interface", 0, "bulkhead.unit", "0"));
    registry.add(
        SerialDevice.class,
        port,
        Map.of("bulkhead.location", "1-3", "bulkhead.interface", 0, "bulkhead.unit", "0"));
    streams.start();
    processor = new CommandProcessorImpl(streams);
    add("device", new DeviceCommands(gateway), "list", "show", "tree", "reset");
    add(
        "driver",
        new DriverCommands(registry.context(), gateway),
        "list",
        "faults",
        "restart",
        "release",
        "complain",
        "show");
    add("block", new BlockCommands(registry.context(), gateway), "info", "read", "write", "hash");
    add(
        "serial",
        new SerialCommands(registry.context(), gateway),
        "open",
        "send",
        "receive",
        "config");
    add("fault", new FaultCommands(gateway), "inject");
    session =
        processor.createSession(
            InputStream.nullInputStream(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    session.currentDir(folder);
  }

  private void add(String scope, Object commands, String... functions) {
    for (String function : functions) {
      processor.addCommand(scope, commands, function);
    }
  }

  @AfterEach
  void stopGogo() {
    session.close();
    processor.stop();
    streams.stop();
  }

  private String run(String line) throws Exception {
    out.reset();
    assertThat(session.execute(line)).isNull();
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void option_mayStandAnywhere() throws Exception {
    assertThat(run("device:show --json 1-2")).startsWith("{\"device\":{\"location\":\"1-2\"");
    assertThat(run("device:show 1-2 --json")).startsWith("{\"device\":{\"location\":\"1-2\"");
    assertThat(run("device:list --json")).startsWith("[{\"location\":\"1-2\"").endsWith("]\n");
  }

  @Test
  void output_canBeRedirectedAndNamesKeepTheirLetters() throws Exception {
    run("device:tree > tree.txt");
    assertThat(folder.resolve("tree.txt")).content(StandardCharsets.UTF_8).contains("└─ 1-3");
  }

  @Test
  void serialNumber_keepsItsZeros() throws Exception {
    assertThat(run("device:show 00121")).startsWith("1-2.4 ");
  }

  @Test
  void hash_isOneLine() throws Exception {
    String hash = HexFormat.of().formatHex(Digest.SHA256.start().digest(disk.bytes));
    assertThat(run("block:hash 1-2")).isEqualTo("sha256  " + hash + "\n");
    assertThat(run("block:hash --json --from 0 --count 64 4C53")).contains(hash, "\"bytes\":32768");
    assertThat(run("block:hash --algorithm md5 1-2")).startsWith("md5  ");
  }

  @Test
  void blocks_areReadAndWritten() throws Exception {
    assertThat(run("block:write --force --pad --hex 00ff0012 1-2 007")).contains("1 block written");
    assertThat(disk.bytes[7 * 512 + 1]).isEqualTo((byte) 0xff);
    assertThat(disk.bytes[7 * 512 + 3]).isEqualTo((byte) 0x12);
    assertThat(run("block:read 1-2 7")).startsWith("00000e00  00 ff 00 12 00");
    run("block:read --out part.bin 1-2 6 3");
    assertThat(Files.size(folder.resolve("part.bin"))).isEqualTo(3 * 512);
    assertThat(run("block:write --force --in part.bin 1-2/0 0")).contains("3 blocks written");
    assertThat(run("block:info")).contains("1-2  32 KiB  64");
  }

  @Test
  void write_isRefusedWithoutForce() {
    byte[] before = disk.bytes.clone();
    assertThatThrownBy(() -> run("block:write --pad --hex 00 1-2 0"))
        .hasMessage("nothing was written: --force overwrites 1 block of 1-2, from block 0 on");
    assertThatThrownBy(() -> run("block:write --force --hex 00 1-2 0"))
        .hasMessage("a multiple of 512 bytes is needed, and this is 1; --pad fills up");
    assertThat(disk.bytes).isEqualTo(before);
  }

  @Test
  void wrongIds_nameWhatThereIs() {
    assertThatThrownBy(() -> run("block:hash 9-9"))
        .isInstanceOf(CommandFailure.class)
        .hasMessage("no block device \"9-9\": there is 1-2");
    assertThatThrownBy(() -> run("block:hash 1-3"))
        .hasMessage("1-3 (vendor specific) is no block device: there is 1-2");
    assertThatThrownBy(() -> run("serial:send 1-2 x"))
        .hasMessage("1-2 (SanDisk Cruzer) is no serial port: there is 1-3");
    assertThatThrownBy(() -> run("block:read --out x/y 1-2 0"))
        .hasMessageContaining("there is no file");
  }

  @Test
  void failures_areOneLine() {
    assertThatThrownBy(() -> run("device:reset 1-2"))
        .isInstanceOf(CommandFailure.class)
        .hasMessage("1-2 could not be reset: the hub does not answer");
    assertThatThrownBy(() -> run("fault:inject 1-2 hang"))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("fault injection is off");
  }

  @Test
  void restart_saysHowMany() throws Exception {
    assertThat(run("driver:restart ftdi")).isEqualTo("ftdi: 1 driver restarted\n");
    assertThat(run("driver:release ftdi")).isEqualTo("ftdi: nothing is quarantined\n");
    assertThat(run("driver:complain ftdi it lies")).isEqualTo("ftdi: 1 driver told\n");
    assertThat(run("driver:show ftdi"))
        .contains("exception 2", "restart: tried 2, helped 1 (50 %)");
  }

  @Test
  void serialPort_sendsAndReceives() throws Exception {
    assertThat(run("serial:send 1-3 'hello\\n'")).isEqualTo("6 bytes sent\n");
    assertThat(run("serial:receive --bytes 6 1-3")).isEqualTo("hello\n");
    assertThat(run("serial:send --hex 0102 1-3")).isEqualTo("2 bytes sent\n");
    assertThat(run("serial:receive --json --bytes 2 1-3")).contains("\"hex\":\"0102\"");
    assertThat(port.openStreams).hasValue(0);
  }

  @Test
  void reply_isPrintedBehindWhatIsSent() throws Exception {
    assertThat(run("serial:send --reply 1 1-3 ping")).isEqualTo("ping");
    assertThat(run("serial:send --json --reply 1 --hex 00 1-3"))
        .contains("\"sent\":1", "\"hex\":\"00\"");
    assertThat(port.openStreams).hasValue(0);
  }

  @Test
  void unknownOutcome_saysWhatIsCertain() {
    port.dying = true;
    assertThatThrownBy(() -> run("serial:send 1-3 ping"))
        .hasMessage("1-3: 1 bytes were sent, 3 more perhaps, and none after these: it died");
    assertThat(port.openStreams).hasValue(0);
  }

  @Test
  void silentPort_failsWhenBytesWereAskedFor() {
    assertThatThrownBy(() -> run("serial:receive --bytes 1 --timeout 1 1-3"))
        .hasMessage("1-3: 0 of 1 bytes came, then none for 1 s");
  }

  @Test
  void settings_areChangedAndShown() throws Exception {
    assertThat(run("serial:config --baud 115200 --parity even --dtr on 1-3"))
        .contains("115200 baud, 8 data bits, parity even, stop bits 1", "DTR on");
    assertThat(run("serial:config --json 1-3")).contains("\"baud\":115200", "\"dtr\":true");
  }

  @Test
  void openWithoutATerminal_saysWhatWorks() {
    assertThatThrownBy(() -> run("serial:open 1-3"))
        .hasMessageContaining("needs a terminal")
        .isInstanceOf(CommandFailure.class);
  }

  @Test
  void completion_offersWhatFits() {
    FakeRegistry registry = new FakeRegistry();
    registry.add(BlockDevice.class, disk, Map.of("bulkhead.location", "1-2"));
    CommandCompleter completer = new CommandCompleter(registry.context(), gateway);
    assertThat(completer.complete("device:show", List.of(), ""))
        .containsExactly("1-2", "1-2.4", "1-3");
    assertThat(completer.complete("driver:restart", List.of("--json"), ""))
        .containsExactly("ftdi", "mass-storage", "1-2", "1-2:0", "1-3", "1-3:0");
    assertThat(completer.complete("block:hash", List.of("--algorithm"), "")).contains("sha256");
    assertThat(completer.complete("block:hash", List.of("--algorithm", "md5"), ""))
        .containsExactly("1-2");
    assertThat(completer.complete("fault:inject", List.of("1-2"), ""))
        .containsExactly("throw", "error", "hang", "loop");
    assertThat(completer.complete("block:hash", List.of("1-2"), "")).isEmpty();
  }
}
