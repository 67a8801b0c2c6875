package org.bulkhead.itests.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.ops4j.pax.exam.CoreOptions.options;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.driver.repository.DriverRepositories;
import org.bulkhead.driver.repository.RepositoryException;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.transport.sim.SimPort;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;

/** A device is plugged in, and its driver comes from a repository, or does no harm if it cannot. */
public class DriverRepositoryIT extends BusTest {

  private static final AtomicInteger LAST_PRODUCT = new AtomicInteger(0x0100);

  private static final String INDEX =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <repository xmlns="http://www.osgi.org/xmlns/repository/v1.0.0" name="test" increment="1">
        <resource>
          <capability namespace="osgi.identity">
            <attribute name="osgi.identity" value="probe.%1$s"/>
            <attribute name="type" value="osgi.bundle"/>
            <attribute name="version" type="Version" value="1.0.0"/>
          </capability>
          <capability namespace="osgi.content">
            <attribute name="osgi.content" value="%2$s"/>
            <attribute name="url" value="driver.jar"/>
            <attribute name="size" type="Long" value="%3$d"/>
          </capability>
          <capability namespace="org.bulkhead.driver">
            <attribute name="driver" value="%1$s"/>
            <attribute name="matches" type="List&lt;String&gt;" value="%4$s"/>
          </capability>
        </resource>
      </repository>
      """;

  @Inject ConfigurationAdmin configurations;

  private final int product = LAST_PRODUCT.incrementAndGet();
  private final String model = "1209:%04x".formatted(product);
  private Path folder;
  private HttpServer server;

  @Configuration
  public Option[] features() {
    return options(
        osgi(),
        framework(),
        supervision(Map.of("updateWaitMillis", 1_000, "idleDriverSeconds", 1)),
        driverRepositories(),
        simulatedBus());
  }

  @Before
  public void prepare() throws IOException {
    folder = Files.createTempDirectory("repository");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
  }

  @After
  public void clean() throws Exception {
    server.stop(0);
    configurations.getConfiguration("org.bulkhead.driver.repository", "?").delete();
    for (Bundle bundle : context.getBundles()) {
      if (bundle.getLocation().startsWith("bulkhead-driver:")) {
        uninstall(bundle);
      }
    }
  }

  @Test
  public void driverInAFolder_comesWithItsDevice_andGoesWhenIdle() throws Exception {
    Files.write(folder.resolve("x.jar"), driver("folder"));
    repositories(folder.toString());

    SimPort port = plug(widget(product));
    awaitState(port.location(), CompartmentState.RUNNING);
    assertThat(session(BlockDevice.class, port.location()).geometry().blockCount()).isPositive();
    assertThat(bundleOf("probe.folder").getLocation()).startsWith("bulkhead-driver:");

    port.unplug();
    eventually("the idle driver's removal").until(() -> !isInstalled("probe.folder"));
    port.replug();
    awaitState(port.location(), CompartmentState.RUNNING);
  }

  @Test
  public void driverThatComesLate_isGivenToTheDeviceThatWaits() throws Exception {
    repositories(folder.toString());
    String location = plug(widget(product)).location();
    eventually("a device without driver").until(() -> known(location));

    Files.write(folder.resolve(".part"), driver("late"));
    Files.move(folder.resolve(".part"), folder.resolve("x.jar"));

    awaitState(location, CompartmentState.RUNNING);
  }

  @Test
  public void driverBehindAUrl_isFetchedAndAttached() throws Exception {
    byte[] jar = driver("remote");
    serve("remote", jar, jar);
    repositories(url());

    String location = plug(widget(product)).location();

    assertThat(awaitState(location, CompartmentState.RUNNING).driver()).isEqualTo("remote");
  }

  @Test
  public void forgedDriver_isNotInstalled_andTheNextRepositoryHelps() throws Exception {
    byte[] jar = driver("forged");
    byte[] forged = jar.clone();
    forged[forged.length / 2] ^= 1;
    serve("forged", jar, forged);
    Files.write(folder.resolve("x.jar"), driver("honest"));
    repositories(url() + "," + folder);

    String location = plug(widget(product)).location();

    assertThat(awaitState(location, CompartmentState.RUNNING).driver()).isEqualTo("honest");
    assertThat(isInstalled("probe.forged")).isFalse();
  }

  @Test
  public void unreachableAndSilentRepositories_harmNobody() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Files.write(folder.resolve("x.jar"), driver("patient"));
      repositories(
          "http://127.0.0.1:" + silent.getLocalPort() + "/, http://127.0.0.1:1/, /none," + folder);

      String location = plug(widget(product)).location();

      assertThat(awaitState(location, CompartmentState.RUNNING).driver()).isEqualTo("patient");
    }
  }

  @Test
  public void installedByAPerson_staysInTheDeployFolder_andTakesTheDeviceOver() throws Exception {
    Files.write(folder.resolve("x.jar"), driver("kept"));
    repositories(folder.toString());
    String location = plug(widget(product)).location();
    awaitState(location, CompartmentState.RUNNING);
    DriverRepositories repositories = service();

    Bundle bundle = repositories.install("kept", n -> {});

    Path jar = Path.of(context.getProperty("bulkhead.deploy"), "probe.kept.jar");
    assertThat(jar).hasBinaryContent(driver("kept"));
    assertThat(bundle.getState()).isEqualTo(Bundle.ACTIVE);
    assertThat(bundle.getLocation()).startsWith("deploy:");
    awaitState(location, CompartmentState.RUNNING);
    assertThatThrownBy(() -> repositories.install("kept", n -> {}))
        .isInstanceOf(RepositoryException.class)
        .hasMessageContaining("installed already");
    Files.delete(jar);
    uninstall(bundle);
  }

  /** Of a bundle that the device manager or the deploy folder may be about to uninstall, too. */
  private static void uninstall(Bundle bundle) throws BundleException {
    try {
      bundle.uninstall();
    } catch (IllegalStateException gone) {
      assertThat(bundle.getState()).isEqualTo(Bundle.UNINSTALLED);
    }
  }

  private byte[] driver(String name) throws IOException {
    return ProbeBundle.of(name, model).stream().readAllBytes();
  }

  private void repositories(String locations) throws IOException {
    Dictionary<String, Object> settings = new Hashtable<>();
    settings.put("repositories", locations);
    configurations.getConfiguration("org.bulkhead.driver.repository", "?").update(settings);
  }

  private DriverRepositories service() {
    ServiceReference<DriverRepositories> reference =
        eventually("repositories")
            .until(() -> context.getServiceReference(DriverRepositories.class), r -> r != null);
    return context.getService(reference);
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  private void serve(String name, byte[] described, byte[] sent) throws Exception {
    String sha256 =
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(described));
    String index = INDEX.formatted(name, sha256, described.length, model);
    serve("/index.xml", index.getBytes(StandardCharsets.UTF_8));
    serve("/driver.jar", sent);
  }

  private void serve(String path, byte[] bytes) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
          }
        });
  }

  private boolean isInstalled(String symbolicName) {
    return Stream.of(context.getBundles()).anyMatch(b -> symbolicName.equals(b.getSymbolicName()));
  }
}
