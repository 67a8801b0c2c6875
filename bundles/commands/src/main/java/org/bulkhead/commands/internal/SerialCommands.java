package org.bulkhead.commands.internal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.bulkhead.console.CommandFailure;
import org.bulkhead.console.RawTerminal;
import org.bulkhead.framework.admin.Gateway;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.serial.SerialDevice;
import org.osgi.service.serial.SerialDeviceException;

/** The commands of scope {@code serial}. */
@Component(service = SerialCommands.class)
@GogoCommand(
    scope = "serial",
    function = {"open", "send", "receive", "config"})
public final class SerialCommands {

  private static final int PIECE_BYTES = 4096;
  private static final int LONGEST_SECONDS = 86_400;

  private final Sessions<SerialDevice> sessions;

  @Activate
  public SerialCommands(BundleContext context, @Reference Gateway gateway) {
    sessions = new Sessions<>(context, gateway, SerialDevice.class, "serial port");
  }

  private interface PortUse {
    void with(SerialDevice port, String id)
        throws IOException, InterruptedException, SerialDeviceException;
  }

  private void use(String text, PortUse use) throws Exception {
    sessions.use(
        text,
        (port, id) -> {
          try {
            use.with(port, id);
          } catch (IOException | SerialDeviceException e) {
            throw Failures.of(id, e);
          }
        });
  }

  @Descriptor("joins this terminal and a serial port, until Ctrl-] is typed")
  public void open(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor("sets the baud rate first") @Parameter(names = "--baud", absentValue = "")
          String baud,
      @Descriptor(Help.PORT) String port)
      throws Exception {
    Shell shell = Shell.current();
    use(
        port,
        (device, id) -> {
          SerialSettings.apply(device, baud, "", "", "", "");
          SerialTerminal.Passed passed = terminal(shell, device, id);
          String text = passed.sent() + " bytes sent, " + passed.received() + " received";
          shell.print(new View(passed, text), json);
        });
  }

  private static SerialTerminal.Passed terminal(Shell shell, SerialDevice device, String id)
      throws IOException, InterruptedException {
    if (!shell.watched()) {
      throw noTerminal();
    }
    shell.err().println("Connected to " + id + ". Ctrl-] ends the session.");
    try (RawTerminal raw = shell.console().openRaw().orElseThrow(SerialCommands::noTerminal)) {
      return new SerialTerminal(device, id, raw).run();
    } finally {
      shell.err().println();
    }
  }

  private static CommandFailure noTerminal() {
    return new CommandFailure(
        "serial:open needs a terminal; serial:send and serial:receive work without one");
  }

  @Descriptor("sends text to a serial port; \\n \\r \\t \\0 \\\\ \\x41 in it are escapes")
  public void send(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor(Help.PORT) String port,
      @Descriptor("the text, in UTF-8") String text)
      throws Exception {
    byte[] bytes = Escapes.bytes(text);
    send(port, new ByteArrayInputStream(bytes), json);
  }

  @Descriptor("sends bytes to a serial port")
  public void send(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor("the bytes as hexadecimal digits") @Parameter(names = "--hex", absentValue = "")
          String hex,
      @Descriptor("a file with the bytes") @Parameter(names = "--file", absentValue = "")
          String file,
      @Descriptor(Help.PORT) String port)
      throws Exception {
    if (hex.isEmpty() == file.isEmpty()) {
      throw new CommandFailure(
          CommandFailure.USAGE, "a text, or --hex <digits>, or --file <file> is needed");
    }
    try (InputStream source =
        file.isEmpty()
            ? new ByteArrayInputStream(Arguments.hex(hex))
            : Files.newInputStream(Shell.current().path(file))) {
      send(port, source, json);
    } catch (IOException e) {
      throw new CommandFailure(Failures.reason(e));
    }
  }

  private void send(String port, InputStream source, boolean json) throws Exception {
    record Sent(String port, long sent) {}
    use(
        port,
        (device, id) -> {
          long sent = 0;
          byte[] piece = new byte[PIECE_BYTES];
          try (OutputStream out = device.getOutputStream()) {
            for (int n = source.read(piece); n > 0; n = source.read(piece)) {
              if (Thread.interrupted()) {
                throw new InterruptedException();
              }
              out.write(piece, 0, n);
              sent += n;
            }
            out.flush();
          }
          Shell.current().print(new View(new Sent(id, sent), sent + " bytes sent"), json);
        });
  }

  @Descriptor("prints what a serial port receives")
  public void receive(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor("ends after so many bytes, and fails where fewer come")
          @Parameter(names = "--bytes", absentValue = "")
          String bytes,
      @Descriptor("ends when nothing has come for so many seconds; 0 waits until Ctrl-C")
          @Parameter(names = "--timeout", absentValue = "2")
          String timeout,
      @Descriptor("prints hexadecimal digits")
          @Parameter(names = "--hex", presentValue = "true", absentValue = "false")
          boolean hex,
      @Descriptor(Help.PORT) String port)
      throws Exception {
    long most =
        bytes.isEmpty() ? Long.MAX_VALUE : Arguments.number("--bytes", bytes, 1, Long.MAX_VALUE);
    long seconds = Arguments.number("--timeout", timeout, 0, LONGEST_SECONDS);
    Duration patience = Duration.ofSeconds(seconds == 0 ? LONGEST_SECONDS : seconds);
    Shell shell = Shell.current();
    use(
        port,
        (device, id) -> {
          ByteArrayOutputStream kept = new ByteArrayOutputStream();
          OutputStream target = json ? kept : hex ? new HexDump(shell.out(), 0) : shell.out();
          long got;
          try (SerialReader reader = new SerialReader(device.getInputStream(), id)) {
            got = receive(reader, most, patience, seconds == 0, target);
          } finally {
            endOutput(target, shell);
          }
          if (json) {
            shell.print(received(id, kept.toByteArray()), true);
          }
          if (!bytes.isEmpty() && got < most) {
            throw new CommandFailure(
                id + ": " + got + " of " + most + " bytes came, then none for " + seconds + " s");
          }
        });
  }

  private static void endOutput(OutputStream target, Shell shell) throws IOException {
    if (target instanceof HexDump) {
      target.close();
    } else if (target == shell.out() && shell.watched()) {
      shell.out().println();
    }
    shell.out().flush();
  }

  private static View received(String id, byte[] bytes) {
    record Received(String port, int received, String hex, String text) {}
    String digits = HexFormat.of().formatHex(bytes);
    String text = new String(bytes, StandardCharsets.UTF_8);
    return new View(new Received(id, bytes.length, digits, text), "");
  }

  private static long receive(
      SerialReader reader, long most, Duration patience, boolean endless, OutputStream target)
      throws IOException, InterruptedException {
    long got = 0;
    while (got < most) {
      byte[] piece = reader.next(patience);
      if (piece == null) {
        if (endless) {
          continue;
        }
        return got;
      }
      int taken = (int) Math.min(piece.length, most - got);
      target.write(piece, 0, taken);
      target.flush();
      got += taken;
    }
    return got;
  }

  @Descriptor("changes the settings of a serial port, where options say so, and shows them")
  public void config(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor("bits per second, such as 115200") @Parameter(names = "--baud", absentValue = "")
          String baud,
      @Descriptor("data bits: 5, 6, 7 or 8") @Parameter(names = "--data", absentValue = "")
          String data,
      @Descriptor("parity: none, odd, even, mark or space")
          @Parameter(names = "--parity", absentValue = "")
          String parity,
      @Descriptor("stop bits: 1, 1.5 or 2") @Parameter(names = "--stop", absentValue = "")
          String stop,
      @Descriptor("flow control: none, rtscts or xonxoff")
          @Parameter(names = "--flow", absentValue = "")
          String flow,
      @Descriptor("the DTR line: on or off") @Parameter(names = "--dtr", absentValue = "")
          String dtr,
      @Descriptor("the RTS line: on or off") @Parameter(names = "--rts", absentValue = "")
          String rts,
      @Descriptor(Help.PORT) String port)
      throws Exception {
    Optional<Boolean> newDtr = SerialSettings.line("--dtr", dtr);
    Optional<Boolean> newRts = SerialSettings.line("--rts", rts);
    use(
        port,
        (device, id) -> {
          SerialSettings.apply(device, baud, data, parity, stop, flow);
          if (newDtr.isPresent()) {
            device.setDTR(newDtr.get());
          }
          if (newRts.isPresent()) {
            device.setRTS(newRts.get());
          }
          Shell.current().print(SerialSettings.of(device, id).view(), json);
        });
  }
}
