package org.bulkhead.commands.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bulkhead.console.ArgumentCompleter;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.input.InputDevice;
import org.bulkhead.driver.repository.DriverOffer;
import org.bulkhead.driver.repository.DriverRepositories;
import org.bulkhead.framework.admin.CompartmentInfo;
import org.bulkhead.framework.admin.DeviceInfo;
import org.bulkhead.framework.admin.DriverInfo;
import org.bulkhead.framework.admin.Gateway;
import org.bulkhead.framework.admin.InjectedFault;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.serial.SerialDevice;

/** Completes options, and the ids of what is there now. */
@Component(
    property = {
      ArgumentCompleter.COMMAND + "=device:list",
      ArgumentCompleter.COMMAND + "=device:show",
      ArgumentCompleter.COMMAND + "=device:tree",
      ArgumentCompleter.COMMAND + "=device:reset",
      ArgumentCompleter.COMMAND + "=driver:list",
      ArgumentCompleter.COMMAND + "=driver:show",
      ArgumentCompleter.COMMAND + "=driver:restart",
      ArgumentCompleter.COMMAND + "=driver:release",
      ArgumentCompleter.COMMAND + "=driver:complain",
      ArgumentCompleter.COMMAND + "=driver:stop",
      ArgumentCompleter.COMMAND + "=driver:start",
      ArgumentCompleter.COMMAND + "=driver:update",
      ArgumentCompleter.COMMAND + "=driver:faults",
      ArgumentCompleter.COMMAND + "=driver:search",
      ArgumentCompleter.COMMAND + "=driver:install",
      ArgumentCompleter.COMMAND + "=block:info",
      ArgumentCompleter.COMMAND + "=block:read",
      ArgumentCompleter.COMMAND + "=block:write",
      ArgumentCompleter.COMMAND + "=block:hash",
      ArgumentCompleter.COMMAND + "=serial:open",
      ArgumentCompleter.COMMAND + "=serial:send",
      ArgumentCompleter.COMMAND + "=serial:receive",
      ArgumentCompleter.COMMAND + "=serial:config",
      ArgumentCompleter.COMMAND + "=input:list",
      ArgumentCompleter.COMMAND + "=input:watch",
      ArgumentCompleter.COMMAND + "=input:leds",
      ArgumentCompleter.COMMAND + "=fault:inject"
    })
public final class CommandCompleter implements ArgumentCompleter {

  private static final Map<String, List<String>> VALUES =
      Map.of(
          "--algorithm", words(Digest.values()),
          "--baud", List.of("9600", "19200", "38400", "57600", "115200", "230400", "460800"),
          "--data", List.of("5", "6", "7", "8"),
          "--parity", SerialSettings.PARITIES,
          "--stop", SerialSettings.STOP_BITS,
          "--flow", SerialSettings.FLOWS,
          "--dtr", SerialSettings.LINE,
          "--rts", SerialSettings.LINE);

  private final BundleContext context;
  private final Gateway gateway;
  private final Sessions<BlockDevice> blocks;
  private final Sessions<SerialDevice> ports;
  private final Sessions<InputDevice> inputs;

  @Activate
  public CommandCompleter(BundleContext context, @Reference Gateway gateway) {
    this.context = context;
    this.gateway = gateway;
    blocks = new Sessions<>(context, gateway, BlockDevice.class, "block device");
    ports = new Sessions<>(context, gateway, SerialDevice.class, "serial port");
    inputs = new Sessions<>(context, gateway, InputDevice.class, "input device");
  }

  @Override
  public List<String> complete(String command, List<String> before, String word) {
    String last = before.isEmpty() ? "" : before.get(before.size() - 1);
    if (Options.takesValue(command, last)) {
      return VALUES.getOrDefault(last, List.of());
    }
    if (word.startsWith("-")) {
      return Options.names(command);
    }
    return switch (Options.positional(command, before).size()) {
      case 0 -> first(command);
      case 1 -> command.equals("fault:inject") ? words(InjectedFault.values()) : List.of();
      default -> List.of();
    };
  }

  private List<String> first(String command) {
    return switch (command) {
      case "device:show", "device:reset", "driver:search" -> devices().toList();
      case "driver:show", "driver:stop", "driver:start", "driver:update" -> drivers().toList();
      case "driver:install" -> offers();
      case "driver:restart", "driver:release", "driver:complain", "driver:faults", "fault:inject" ->
          targets();
      case "block:info", "block:read", "block:write", "block:hash" -> blocks.ids();
      case "serial:open", "serial:send", "serial:receive", "serial:config" -> ports.ids();
      case "input:watch", "input:leds" -> inputs.ids();
      default -> List.of();
    };
  }

  private Stream<String> devices() {
    return gateway.devices().stream().map(d -> d.identity().location());
  }

  private Stream<String> drivers() {
    return gateway.drivers().stream().map(DriverInfo::name);
  }

  /** Looked up anew: a gateway need not have repositories. */
  private List<String> offers() {
    ServiceReference<DriverRepositories> reference =
        context.getServiceReference(DriverRepositories.class);
    DriverRepositories repositories = reference == null ? null : context.getService(reference);
    if (repositories == null) {
      return List.of();
    }
    try {
      return repositories.offers().stream().map(DriverOffer::driver).distinct().toList();
    } finally {
      context.ungetService(reference);
    }
  }

  private List<String> targets() {
    List<String> targets = new ArrayList<>(drivers().toList());
    for (DeviceInfo device : gateway.devices()) {
      if (!device.compartments().isEmpty()) {
        targets.add(device.identity().location());
      }
      for (CompartmentInfo compartment : device.compartments()) {
        targets.add(compartment.location() + ":" + compartment.interfaceNumber());
      }
    }
    return targets;
  }

  private static List<String> words(Enum<?>[] constants) {
    return Stream.of(constants).map(UsbWords::lower).toList();
  }
}
