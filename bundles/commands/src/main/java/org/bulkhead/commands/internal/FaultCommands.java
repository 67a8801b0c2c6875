package org.bulkhead.commands.internal;

import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.bulkhead.console.CommandFailure;
import org.bulkhead.framework.admin.Gateway;
import org.bulkhead.framework.admin.InjectedFault;
import org.bulkhead.framework.admin.NoSuchTargetException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The commands of scope {@code fault}. */
@Component(service = FaultCommands.class)
@GogoCommand(
    scope = "fault",
    function = {"inject"})
public final class FaultCommands {

  private final Gateway gateway;

  @Activate
  public FaultCommands(@Reference Gateway gateway) {
    this.gateway = gateway;
  }

  @Descriptor("makes a driver fail at its next transfer, for drills and tests; off by default")
  public void inject(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor(Help.TARGET) String target,
      @Descriptor("what the driver does: throw, error, hang or loop") String fault) {
    record Planted(String target, InjectedFault fault, int planted) {}
    InjectedFault kind = Arguments.word("the fault", fault, InjectedFault.class);
    String found = Devices.target(gateway, target);
    try {
      int count = gateway.inject(found, kind);
      String text =
          found
              + ": "
              + UsbWords.lower(kind)
              + " planted in "
              + Sizes.count(count, "driver")
              + ", for the next transfer";
      Shell.current().print(new View(new Planted(found, kind, count), text), json);
    } catch (NoSuchTargetException | IllegalStateException e) {
      throw new CommandFailure(e.getMessage());
    }
  }
}
