package org.bulkhead.commands.internal;

import java.io.IOException;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.bulkhead.console.CommandFailure;
import org.bulkhead.framework.admin.DeviceInfo;
import org.bulkhead.framework.admin.Gateway;
import org.bulkhead.framework.admin.NoSuchTargetException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The commands of scope {@code device}. */
@Component(service = DeviceCommands.class)
@GogoCommand(
    scope = "device",
    function = {"list", "show", "tree", "reset"})
public final class DeviceCommands {

  private final Gateway gateway;

  @Activate
  public DeviceCommands(@Reference Gateway gateway) {
    this.gateway = gateway;
  }

  @Descriptor("lists the devices that are plugged in")
  public void list(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json) {
    Shell.current().print(DeviceRow.list(Devices.settled(gateway).devices()), json);
  }

  @Descriptor("shows all that is known of a device, its descriptors in words")
  public void show(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor(Help.DEVICE) String device) {
    Shell.current()
        .print(DeviceDetails.view(Devices.device(gateway, device), gateway::className), json);
  }

  @Descriptor("draws buses, hubs and what is plugged into them")
  public void tree(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json) {
    Shell.current().print(DeviceTree.view(Devices.settled(gateway).devices()), json);
  }

  @Descriptor("resets a device and restarts its drivers")
  public void reset(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor(Help.DEVICE) String device) {
    DeviceInfo found = Devices.device(gateway, device);
    String location = found.identity().location();
    try {
      gateway.reset(location);
    } catch (NoSuchTargetException e) {
      throw new CommandFailure(e.getMessage());
    } catch (IOException e) {
      throw new CommandFailure(location + " could not be reset: " + Failures.reason(e));
    }
    record Done(String reset) {}
    Shell.current().print(new View(new Done(location), location + " was reset"), json);
  }
}
