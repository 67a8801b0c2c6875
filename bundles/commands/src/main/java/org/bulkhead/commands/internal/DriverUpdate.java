package org.bulkhead.commands.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.bulkhead.console.CommandFailure;
import org.bulkhead.deploy.Deployment;
import org.bulkhead.deploy.DeploymentException;
import org.bulkhead.framework.admin.DriverInfo;
import org.bulkhead.framework.admin.Gateway;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * The commands {@code driver:update} and {@code driver:rollback}, apart from the others so that
 * they work in a gateway without deployment.
 */
@Component(service = DriverUpdate.class)
@GogoCommand(
    scope = "driver",
    function = {"update", "rollback"})
public final class DriverUpdate {

  /** What JSON says of it. */
  private record Updated(String driver, String from, String to) {}

  private final BundleContext context;
  private final Gateway gateway;
  private final Deployment deployment;

  @Activate
  public DriverUpdate(
      BundleContext context, @Reference Gateway gateway, @Reference Deployment deployment) {
    this.context = context;
    this.gateway = gateway;
    this.deployment = deployment;
  }

  @Descriptor("replaces a driver by another version of it, and takes the old one back if it fails")
  public void update(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor(Help.DRIVER) String driver,
      @Descriptor("the file of the other version") String jar) {
    DriverInfo found = Devices.driver(gateway, driver);
    Bundle bundle = Devices.bundle(context, found);
    Shell shell = Shell.current();
    Path file = shell.path(jar);
    if (!Files.isRegularFile(file)) {
      throw new CommandFailure("there is no file " + file);
    }
    try {
      String version = deployment.update(bundle, file.toFile()).getVersion().toString();
      String text = found.name() + " updated from " + found.version() + " to " + version;
      shell.print(new View(new Updated(found.name(), found.version(), version), text), json);
    } catch (DeploymentException e) {
      throw new CommandFailure(e.getMessage());
    }
  }

  @Descriptor("brings back the version of a driver that its last update replaced")
  public void rollback(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor(Help.DRIVER) String driver) {
    DriverInfo found = Devices.driver(gateway, driver);
    Bundle bundle = Devices.bundle(context, found);
    try {
      String version = deployment.rollback(bundle).getVersion().toString();
      String text = found.name() + " went back from " + found.version() + " to " + version;
      Shell.current()
          .print(new View(new Updated(found.name(), found.version(), version), text), json);
    } catch (DeploymentException e) {
      throw new CommandFailure(e.getMessage());
    }
  }
}
