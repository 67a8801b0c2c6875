package org.bulkhead.console.internal;

import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.bulkhead.launcher.admin.Gateway;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The commands of the shell itself. */
@Component(service = ShellCommands.class)
@GogoCommand(
    scope = "shell",
    function = {"exit", "shutdown"})
public final class ShellCommands {

  private final Gateway gateway;

  /**
   * Called by the container.
   *
   * @param gateway the running gateway
   */
  @Activate
  public ShellCommands(@Reference Gateway gateway) {
    this.gateway = gateway;
  }

  /** Leaves the shell. */
  @Descriptor("leaves this shell (in the foreground, this ends the gateway)")
  public void exit() {
    exit(0);
  }

  /**
   * Leaves the shell with a status.
   *
   * @param status the status of the session
   */
  @Descriptor("leaves this shell with a status")
  public void exit(@Descriptor("0 to 255") int status) {
    throw new ExitRequest(status & 0xff);
  }

  /** Ends the gateway. */
  @Descriptor("ends the gateway")
  public void shutdown() {
    gateway.shutdown(0);
  }
}
