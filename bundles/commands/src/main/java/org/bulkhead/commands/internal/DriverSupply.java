package org.bulkhead.commands.internal;

import java.time.Duration;
import java.util.List;
import java.util.function.LongConsumer;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.bulkhead.console.CommandFailure;
import org.bulkhead.driver.repository.DriverRepositories;
import org.bulkhead.driver.repository.RepositoryException;
import org.bulkhead.framework.admin.DeviceInfo;
import org.bulkhead.framework.admin.Gateway;
import org.osgi.framework.Bundle;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * The commands for driver repositories, apart from the others so that they work in a gateway
 * without repositories.
 */
@Component(service = DriverSupply.class)
@GogoCommand(
    scope = "driver",
    function = {"search", "install"})
public final class DriverSupply {

  private static final String REFRESH = "asks the repositories anew, and waits for them up to 10 s";
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Gateway gateway;
  private final DriverRepositories repositories;

  @Activate
  public DriverSupply(@Reference Gateway gateway, @Reference DriverRepositories repositories) {
    this.gateway = gateway;
    this.repositories = repositories;
  }

  @Descriptor("lists the drivers that the repositories offer")
  public void search(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor(REFRESH)
          @Parameter(names = "--refresh", presentValue = "true", absentValue = "false")
          boolean refresh)
      throws InterruptedException {
    print(rows(refresh), json);
  }

  @Descriptor("lists the drivers that the repositories offer for a device, or that a word fits")
  public void search(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor(REFRESH)
          @Parameter(names = "--refresh", presentValue = "true", absentValue = "false")
          boolean refresh,
      @Descriptor("a device such as 1-2, or a part of a name or a match rule") String text)
      throws InterruptedException {
    List<OfferRow> rows = rows(refresh);
    List<DeviceInfo> devices = Devices.matching(gateway.devices(), text);
    if (devices.size() == 1) {
      String location = devices.get(0).identity().location();
      print(rows.stream().filter(row -> row.devices().contains(location)).toList(), json);
    } else {
      print(rows.stream().filter(row -> row.contains(text)).toList(), json);
    }
  }

  private List<OfferRow> rows(boolean refresh) throws InterruptedException {
    if (refresh) {
      repositories.refresh(PATIENCE);
    }
    List<DeviceInfo> present = Devices.settled(gateway).devices();
    return repositories.offers().stream().map(offer -> OfferRow.of(offer, present)).toList();
  }

  private void print(List<OfferRow> rows, boolean json) {
    Shell.current().print(OfferRow.list(rows, repositories.repositories()), json);
  }

  @Descriptor("fetches a driver from a repository, checks it and deploys it for good")
  public void install(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor("the driver, as driver:search names it") String driver)
      throws InterruptedException {
    record Installed(String driver, String bundle, String version) {}
    Shell shell = Shell.current();
    Bundle bundle;
    try (Bar bar = new Bar(shell)) {
      bundle = repositories.install(driver, bar);
    } catch (RepositoryException e) {
      throw new CommandFailure(e.getMessage());
    }
    String version = bundle.getVersion().toString();
    String text = driver + " " + version + " installed";
    shell.print(new View(new Installed(driver, bundle.getSymbolicName(), version), text), json);
  }

  /** A progress bar that learns the size before the first byte. */
  private static final class Bar implements LongConsumer, AutoCloseable {

    private final Shell shell;
    private Progress progress;

    Bar(Shell shell) {
      this.shell = shell;
    }

    @Override
    public void accept(long bytes) {
      if (bytes < 0) {
        progress = new Progress(shell, -bytes);
      } else if (progress != null && bytes > 0) {
        progress.accept(bytes);
      }
    }

    @Override
    public void close() {
      if (progress != null) {
        progress.close();
      }
    }
  }
}
