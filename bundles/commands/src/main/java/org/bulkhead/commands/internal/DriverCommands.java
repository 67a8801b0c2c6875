package org.bulkhead.commands.internal;

import java.time.ZoneId;
import java.util.List;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.bulkhead.console.CommandFailure;
import org.bulkhead.framework.admin.FaultInfo;
import org.bulkhead.framework.admin.Gateway;
import org.bulkhead.framework.admin.NoSuchTargetException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The commands of scope {@code driver}, but for {@link DriverUpdate}. */
@Component(service = DriverCommands.class)
@GogoCommand(
    scope = "driver",
    function = {
      "list",
      "show",
      "restart",
      "release",
      "complain",
      "stop",
      "start",
      "faults",
      "crashes"
    })
public final class DriverCommands {

  private final BundleContext context;
  private final Gateway gateway;

  @Activate
  public DriverCommands(BundleContext context, @Reference Gateway gateway) {
    this.context = context;
    this.gateway = gateway;
  }

  @Descriptor("lists the drivers that are installed")
  public void list(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json) {
    Shell.current().print(DriverRow.list(Devices.settled(gateway).drivers()), json);
  }

  @Descriptor("shows what a driver matches and where it is attached")
  public void show(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor(Help.DRIVER) String driver) {
    Shell.current().print(DriverRow.one(Devices.driver(gateway, driver)), json);
  }

  @Descriptor("ends what a driver does in good order and starts it anew; ends a quarantine")
  public void restart(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor(Help.TARGET) String target) {
    record Restarted(String target, int restarted) {}
    String found = Devices.target(gateway, target);
    try {
      int count = gateway.restart(found);
      String text = found + ": " + Sizes.count(count, "driver") + " restarted";
      Shell.current().print(new View(new Restarted(found, count), text), json);
    } catch (NoSuchTargetException e) {
      throw new CommandFailure(e.getMessage());
    }
  }

  @Descriptor("ends the quarantine of a device's drivers")
  public void release(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor(Help.TARGET) String target) {
    record Released(String target, int released) {}
    String found = Devices.target(gateway, target);
    try {
      int count = gateway.release(found);
      String text =
          count == 0
              ? found + ": nothing is quarantined"
              : found + ": " + Sizes.count(count, "driver") + " released";
      Shell.current().print(new View(new Released(found, count), text), json);
    } catch (NoSuchTargetException e) {
      throw new CommandFailure(e.getMessage());
    }
  }

  @Descriptor("says that a driver does not do its job; it is restarted as after any fault")
  public void complain(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor(Help.TARGET) String target,
      @Descriptor("what is wrong, in words") String... words) {
    record Complained(String target, int complaints) {}
    String found = Devices.target(gateway, target);
    if (words.length == 0) {
      throw new CommandFailure("say what is wrong: driver:complain " + found + " <words>");
    }
    try {
      int count = gateway.complain(found, String.join(" ", words));
      String text = found + ": " + Sizes.count(count, "driver") + " told";
      Shell.current().print(new View(new Complained(found, count), text), json);
    } catch (NoSuchTargetException e) {
      throw new CommandFailure(e.getMessage());
    }
  }

  @Descriptor("stops a driver; its devices wait for it to be started again")
  public void stop(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor(Help.DRIVER) String driver) {
    Bundle bundle = Devices.bundle(context, Devices.driver(gateway, driver));
    change(driver, "stopped", bundle::stop, json);
  }

  @Descriptor("starts a driver that was stopped")
  public void start(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor(Help.DRIVER) String driver) {
    Bundle bundle = Devices.bundle(context, Devices.driver(gateway, driver));
    change(driver, "started", bundle::start, json);
  }

  private interface Change {
    void make() throws BundleException;
  }

  private static void change(String driver, String what, Change change, boolean json) {
    record Changed(String driver, String done) {}
    try {
      change.make();
    } catch (BundleException e) {
      throw new CommandFailure(driver + " could not be " + what + ": " + Failures.reason(e));
    }
    Shell.current().print(new View(new Changed(driver, what), driver + " " + what), json);
  }

  @Descriptor("lists the latest faults of all drivers, oldest first")
  public void faults(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor("shows stack traces")
          @Parameter(names = "--trace", presentValue = "true", absentValue = "false")
          boolean trace) {
    print(gateway.faults(), trace, json);
  }

  @Descriptor("lists the reports of faults that are on the disk, oldest first")
  public void crashes(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json) {
    Shell.current().print(CrashRow.list(gateway.crashes(), ZoneId.systemDefault()), json);
  }

  @Descriptor("lists the latest faults of a driver or a device, oldest first")
  public void faults(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor("shows stack traces")
          @Parameter(names = "--trace", presentValue = "true", absentValue = "false")
          boolean trace,
      @Descriptor(Help.TARGET) String target) {
    String found = target(target);
    List<FaultInfo> faults =
        gateway.faults().stream()
            .filter(
                f ->
                    f.driver().equals(found)
                        || f.location().equals(found)
                        || (f.location() + ":" + f.interfaceNumber()).equals(found))
            .toList();
    print(faults, trace, json);
  }

  /** A device that has gone may have faults still. */
  private String target(String text) {
    boolean known =
        gateway.faults().stream()
            .anyMatch(f -> f.driver().equals(text) || f.location().equals(text));
    return known ? text : Devices.target(gateway, text);
  }

  private static void print(List<FaultInfo> faults, boolean trace, boolean json) {
    Shell.current().print(FaultRow.list(faults, trace, ZoneId.systemDefault()), json);
  }
}
