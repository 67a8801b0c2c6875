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

  private static final int LONGEST_SECONDS = 86_400;
  private static final String REPLY =
      "prints what comes back, until nothing has come for so many seconds";

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
          String text =
              Sizes.count(passed.sent(), "byte") + " sent, " + passed.received() + " received";
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
      @Descriptor(REPLY) @Parameter(names = "--reply", absentValue = "") String reply,
      @Descriptor(Help.PORT) String port,
      @Descriptor("the text, in UTF-8") String text)
      throws Exception {
    send(port, new ByteArrayInputStream(Escapes.bytes(text)), reply, json);
  }

  @Descriptor("sends bytes to a serial port")
  public void send(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor(REPLY) @Parameter(names = "--reply", absentValue = "") String reply,
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
      send(port, source, reply, json);
    } catch (IOException e) {
      throw new CommandFailure(Failures.reason(e));
    }
  }

  private void send(String port, InputStream source, String reply, boolean json) throws Exception {
    if (!reply.isEmpty()) {
      sendAndReceive(port, source, Arguments.number("--reply", reply, 1, LONGEST_SECONDS), json);
      return;
    }
    record Sent(String port, long sent) {}
    use(
        port,
        (device, id) -> {
          long sent = SerialIo.send(device, id, source);
          Shell.current()
              .print(new View(new Sent(id, sent), Sizes.count(sent, "byte") + " sent"), json);
        });
  }

  private void sendAndReceive(String port, InputStream source, long seconds, boolean json)
      throws Exception {
    record Exchanged(String port, long sent, Received reply) {}
    Shell shell = Shell.current();
    use(
        port,
        (device, id) -> {
          ByteArrayOutputStream kept = new ByteArrayOutputStream();
          OutputStream target = json ? kept : shell.out();
          long sent;
          // Before the first byte goes out, or the beginning of the answer could be lost.
          try (SerialReader reader = new SerialReader(device.getInputStream(), id)) {
            sent = SerialIo.send(device, id, source);
            SerialIo.receive(reader, Long.MAX_VALUE, Duration.ofSeconds(seconds), target);
          } finally {
            endOutput(target, shell);
          }
          if (json) {
            Received received = Received.of(id, kept.toByteArray());
            shell.print(new View(new Exchanged(id, sent, received), ""), true);
          }
        });
  }

  /** Received bytes, as digits and as text. */
  private record Received(String port, int received, String hex, String text) {

    static Received of(String id, byte[] bytes) {
      return new Received(
          id,
          bytes.length,
          HexFormat.of().formatHex(bytes),
          new String(bytes, StandardCharsets.UTF_8));
    }
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
    Duration patience = Duration.ofSeconds(seconds);
    Shell shell = Shell.current();
    use(
        port,
        (device, id) -> {
          ByteArrayOutputStream kept = new ByteArrayOutputStream();
          OutputStream target = json ? kept : hex ? new HexDump(shell.out(), 0) : shell.out();
          long got;
          try (SerialReader reader = new SerialReader(device.getInputStream(), id)) {
            got = SerialIo.receive(reader, most, patience, target);
          } finally {
            endOutput(target, shell);
          }
          if (json) {
            shell.print(new View(Received.of(id, kept.toByteArray()), ""), true);
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
