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
 * The command {@code driver:update}, apart from the others so that they work in a gateway without
 * deployment.
 */
@Component(service = DriverUpdate.class)
@GogoCommand(
    scope = "driver",
    function = {"update"})
public final class DriverUpdate {

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
    record Updated(String driver, String from, String to) {}
    DriverInfo found = Devices.driver(gateway, driver);
    Bundle bundle = Devices.bundle(context, found);
    Shell shell = Shell.current();
    Path file = shell.path(jar);
    if (!Files.isRegularFile(file)) {
      throw new CommandFailure("there is no file " + file);
    }
    try {
      deployment.update(bundle, file.toFile());
    } catch (DeploymentException e) {
      throw new CommandFailure(e.getMessage());
    }
    String version = bundle.getVersion().toString();
    String text = found.name() + " updated from " + found.version() + " to " + version;
    shell.print(new View(new Updated(found.name(), found.version(), version), text), json);
  }
}
