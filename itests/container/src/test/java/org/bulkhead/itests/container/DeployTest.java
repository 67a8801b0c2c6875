package org.bulkhead.itests.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.apache.felix.fileinstall.ArtifactInstaller;
import org.bulkhead.deploy.Deployment;
import org.bulkhead.deploy.DeploymentException;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.framework.admin.FaultInfo;
import org.junit.After;
import org.osgi.framework.Bundle;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogReaderService;

/** A test that deploys drivers, and leaves the folder empty. */
public abstract class DeployTest extends BusTest {

  @Inject Deployment deployment;
  @Inject LogReaderService log;
  @Inject ConfigurationAdmin configurations;

  @After
  public void emptyTheDeployFolder() throws Exception {
    try (Stream<Path> files = Files.list(folder())) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
        ((ArtifactInstaller) deployment).uninstall(file.toFile());
      }
    }
  }

  /** The deploy folder. */
  Path folder() {
    return Path.of(context.getProperty("bulkhead.deploy"));
  }

  /** Gives a driver settings of its own, which last as long as the container. */
  void set(String driver, Map<String, String> settings) throws IOException {
    Configuration own =
        configurations.getFactoryConfiguration("org.bulkhead.framework.driver", driver, "?");
    own.update(new Hashtable<>(settings));
    long calls = Long.parseLong(settings.get("probationCalls"));
    eventually("the settings of " + driver)
        .until(() -> gateway.probation(driver).calls(), now -> now == calls);
  }

  FaultInfo faultOf(String driver) {
    List<FaultInfo> faults = faultsOf(driver);
    assertThat(faults).hasSize(1);
    return faults.get(0);
  }

  List<FaultInfo> faultsOf(String driver) {
    return gateway.faults().stream().filter(fault -> fault.driver().equals(driver)).toList();
  }

  void refused(Bundle bundle, ProbeBundle other, String why) throws IOException {
    File jar = jar(other);
    assertThatThrownBy(() -> deployment.update(bundle, jar))
        .isInstanceOf(DeploymentException.class)
        .hasMessageContaining(why);
  }

  static File jar(ProbeBundle probe) throws IOException {
    Path jar = Files.createTempFile("probe", ".jar");
    Files.write(jar, probe.stream().readAllBytes());
    return jar.toFile();
  }

  /** The version of the driver that serves a call. */
  static int read(BlockDevice session) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(512);
    session.read(0, block);
    return block.get(0);
  }

  long bundlesNamed(String symbolicName) {
    return Stream.of(context.getBundles())
        .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
        .count();
  }

  /** Waits until the log has said something. */
  void awaitLog(String... texts) {
    eventually("the log says " + List.of(texts))
        .until(
            () ->
                Collections.list(log.getLog()).stream()
                    .map(LogEntry::getMessage)
                    .anyMatch(line -> Stream.of(texts).allMatch(line::contains)));
  }
}
