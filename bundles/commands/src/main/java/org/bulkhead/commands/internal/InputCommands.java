package org.bulkhead.commands.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.EnumSet;
import java.util.Hashtable;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.bulkhead.console.CommandFailure;
import org.bulkhead.device.contract.SessionProperties;
import org.bulkhead.device.input.InputDevice;
import org.bulkhead.device.input.InputListener;
import org.bulkhead.device.input.Led;
import org.bulkhead.device.input.ScanListener;
import org.bulkhead.framework.admin.Gateway;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The commands of scope {@code input}. */
@Component(service = InputCommands.class)
@GogoCommand(
    scope = "input",
    function = {"list", "watch", "leds"})
public final class InputCommands {

  static final List<String> LEDS = InputRow.words(EnumSet.allOf(Led.class).stream());

  private static final int MAX_WAITING = 10_000;

  private final BundleContext context;
  private final Gateway gateway;
  private final Sessions<InputDevice> sessions;

  @Activate
  public InputCommands(BundleContext context, @Reference Gateway gateway) {
    this.context = context;
    this.gateway = gateway;
    sessions = new Sessions<>(context, gateway, InputDevice.class, "input device");
  }

  @Descriptor("lists keyboards, pointers and other input devices")
  public void list(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json)
      throws Exception {
    Devices.settled(gateway);
    List<InputRow> rows = new ArrayList<>();
    for (Session<InputDevice> session : sessions.all()) {
      sessions.use(session, (device, id) -> rows.add(InputRow.of(session, device, id)));
    }
    Shell.current().print(new View(rows, InputRow.table(rows)), json);
  }

  @Descriptor("prints what all input devices tell, until Ctrl-C")
  public void watch(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor("prints whole lines of barcode scanners instead of keys")
          @Parameter(names = "--scans", presentValue = "true", absentValue = "false")
          boolean scans,
      @Descriptor("ends after so many lines") @Parameter(names = "--count", absentValue = "")
          String count,
      @Descriptor("ends when nothing has come for so many seconds; 0 waits until Ctrl-C")
          @Parameter(names = "--timeout", absentValue = "0")
          String timeout)
      throws Exception {
    print(json, scans, count, timeout, null);
  }

  @Descriptor("prints what an input device tells, until Ctrl-C")
  public void watch(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor("prints whole lines of a barcode scanner instead of keys")
          @Parameter(names = "--scans", presentValue = "true", absentValue = "false")
          boolean scans,
      @Descriptor("ends after so many lines") @Parameter(names = "--count", absentValue = "")
          String count,
      @Descriptor("ends when nothing has come for so many seconds; 0 waits until Ctrl-C")
          @Parameter(names = "--timeout", absentValue = "0")
          String timeout,
      @Descriptor(Help.INPUT) String input)
      throws Exception {
    print(json, scans, count, timeout, sessions.find(input));
  }

  private void print(
      boolean json, boolean scans, String count, String timeout, Session<InputDevice> only)
      throws InterruptedException {
    long most =
        count.isEmpty() ? Long.MAX_VALUE : Arguments.number("--count", count, 1, Long.MAX_VALUE);
    long seconds = Arguments.number("--timeout", timeout, 0, Arguments.LONGEST_SECONDS);
    Shell shell = Shell.current();
    BlockingQueue<View> lines = new LinkedBlockingQueue<>(MAX_WAITING);
    ServiceRegistration<?> registration = scans ? scans(lines, only) : events(lines, only);
    try {
      for (long printed = 0; printed < most; printed++) {
        View line = seconds == 0 ? lines.take() : lines.poll(seconds, TimeUnit.SECONDS);
        if (line == null) {
          endedEarly(printed, count, most, seconds);
          return;
        }
        shell.print(line, json);
      }
    } finally {
      registration.unregister();
      // A full queue may hold the framework's thread.
      lines.clear();
    }
  }

  private ServiceRegistration<?> scans(BlockingQueue<View> lines, Session<InputDevice> only) {
    ScanListener listener =
        scan -> {
          if (concerns(scan.device(), only)) {
            lines.put(InputLine.of(scan));
          }
        };
    return context.registerService(ScanListener.class, listener, properties(only));
  }

  private ServiceRegistration<?> events(BlockingQueue<View> lines, Session<InputDevice> only) {
    InputListener listener =
        event -> {
          if (concerns(event.device(), only)) {
            lines.put(InputLine.of(event));
          }
        };
    return context.registerService(InputListener.class, listener, properties(only));
  }

  private static boolean concerns(InputDevice device, Session<InputDevice> only) {
    return only == null || device.interfaceNumber() == only.interfaceNumber();
  }

  private static Dictionary<String, Object> properties(Session<InputDevice> only) {
    Dictionary<String, Object> properties = new Hashtable<>();
    if (only != null) {
      properties.put(SessionProperties.LOCATION, only.location());
    }
    return properties;
  }

  private static void endedEarly(long printed, String count, long most, long seconds) {
    if (!count.isEmpty()) {
      throw new CommandFailure(
          printed + " of " + most + " came, then nothing for " + seconds + " s");
    }
  }

  @Descriptor("switches the lights of a keyboard: those named on, all others off")
  public void leds(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor(Help.INPUT) String input,
      @Descriptor("num-lock, caps-lock, scroll-lock, compose, kana, with commas between; or none")
          String leds)
      throws Exception {
    Set<Led> on = parse(leds);
    Session<InputDevice> session = sessions.find(input);
    sessions.use(
        session,
        (device, id) -> {
          if (!device.description().leds().containsAll(on)) {
            throw new CommandFailure(
                id
                    + " has "
                    + (device.description().leds().isEmpty()
                        ? "no lights"
                        : "only "
                            + String.join(
                                ", ", InputRow.words(device.description().leds().stream()))));
          }
          try {
            device.setLeds(on);
          } catch (IOException e) {
            throw Failures.of(id, e);
          }
          InputRow row = InputRow.of(session, device, id);
          Shell.current().print(new View(row, InputRow.table(List.of(row))), json);
        });
  }

  private static Set<Led> parse(String text) {
    EnumSet<Led> on = EnumSet.noneOf(Led.class);
    if (text.equals("none")) {
      return on;
    }
    for (String word : text.split(",")) {
      int index = LEDS.indexOf(word.trim().toLowerCase(Locale.ROOT));
      if (index < 0) {
        throw new CommandFailure(
            CommandFailure.USAGE,
            "\"" + word + "\" is no light: " + String.join(", ", LEDS) + ", or none");
      }
      on.add(Led.values()[index]);
    }
    return on;
  }
}
