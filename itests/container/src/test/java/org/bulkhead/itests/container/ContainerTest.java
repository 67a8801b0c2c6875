package org.bulkhead.itests.container;

import static org.awaitility.Awaitility.await;
import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.cleanCaches;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.frameworkStartLevel;
import static org.ops4j.pax.exam.CoreOptions.junitBundles;
import static org.ops4j.pax.exam.CoreOptions.systemPackages;
import static org.ops4j.pax.exam.CoreOptions.systemTimeout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.awaitility.core.ConditionFactory;
import org.bulkhead.framework.admin.CompartmentInfo;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.DeviceInfo;
import org.bulkhead.framework.admin.Gateway;
import org.junit.After;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * A test inside the container: says as a list of features what is installed. One container for each
 * class; each test leaves it as it found it.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public abstract class ContainerTest {

  /** Longer than anything takes on a loaded machine; a test that passes does not wait for it. */
  static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Path WORK = Path.of(System.getProperty("java.io.tmpdir"));

  @Inject BundleContext context;
  @Inject Gateway gateway;

  private final List<Bundle> installed = new ArrayList<>();

  // ---- features --------------------------------------------------------------------------------

  /** The services of Felix, and what a test inside the container needs. */
  static Option osgi() {
    return composite(
        junitBundles(),
        cleanCaches(),
        systemTimeout(PATIENCE.toMillis()),
        frameworkProperty("pax.exam.osgi.unresolved.fail").value("true"),
        frameworkProperty("org.ops4j.pax.logging.DefaultServiceLog.level").value("WARN"),
        systemPackages(
            "org.assertj.core.api",
            "org.assertj.core.api.iterable",
            "org.assertj.core.data",
            "org.awaitility",
            "org.awaitility.core"),
        services());
  }

  /** Declarative Services, configuration and log. */
  static Option services() {
    return jars(
        "org.osgi.util.function",
        "org.osgi.util.promise",
        "org.osgi.service.component",
        "org.apache.felix.configadmin",
        "org.apache.felix.log",
        "org.apache.felix.scr",
        "org.bulkhead.log");
  }

  /** Device manager, compartments and sessions. */
  static Option framework() {
    return jars(
        "org.osgi.service.device",
        "org.osgi.service.serial",
        "org.osgi.service.usbinfo",
        "asm",
        "org.bulkhead.device",
        "org.bulkhead.framework");
  }

  /**
   * Settings of the framework, there before it starts.
   *
   * @param settings as in {@code etc/org.bulkhead.framework.cfg}
   */
  static Option supervision(Map<String, Object> settings) {
    return configured(Map.of("org.bulkhead.framework", settings));
  }

  /**
   * Settings, there before who reads them starts; once for each test.
   *
   * @param settings by PID
   */
  static Option configured(Map<String, Map<String, Object>> settings) {
    try {
      Path folder = Files.createTempDirectory(WORK, "configuration");
      for (Map.Entry<String, Map<String, Object>> each : settings.entrySet()) {
        Path file = folder.resolve(each.getKey().replace('.', '/') + ".config");
        Files.createDirectories(file.getParent());
        Files.writeString(file, configuration(each.getKey(), each.getValue()));
      }
      return frameworkProperty("felix.cm.dir").value(folder.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String configuration(String pid, Map<String, Object> settings) {
    StringBuilder text = new StringBuilder("service.pid=\"" + pid + "\"\n");
    settings.forEach(
        (name, value) ->
            text.append(name)
                .append(
                    value instanceof Boolean ? "=B\"" : value instanceof String ? "=\"" : "=I\"")
                .append(value)
                .append("\"\n"));
    return text.toString();
  }

  /** The transport whose devices the test plugs in. */
  static Option simulatedBus() {
    return jars("org.bulkhead.transport.sim");
  }

  /** What breaks transfers between the transports and the framework. */
  static Option chaos() {
    return jars("org.bulkhead.transport.chaos");
  }

  /** The demo's stick, port and scanner, plugged in by the transport's bundle itself. */
  static Option demoDevices() {
    return composite(simulatedBus(), frameworkProperty("bulkhead.demo").value("true"));
  }

  /** The driver of sticks. */
  static Option storageDriver() {
    return jars("org.bulkhead.driver.massstorage");
  }

  /** The driver of FTDI ports. */
  static Option serialDriver() {
    return jars("org.bulkhead.driver.ftdi");
  }

  /** The deploy folder, empty, and the driver repositories, none. */
  static Option driverRepositories() {
    return composite(deployFolder(), jars("org.bulkhead.driver.repository"));
  }

  /** The deploy folder, empty. */
  static Option deployFolder() {
    try {
      Path folder = Files.createTempDirectory(WORK, "gateway");
      return composite(
          // What is deployed starts at 60.
          frameworkStartLevel(100),
          frameworkProperty(Constants.FRAMEWORK_BSNVERSION)
              .value(Constants.FRAMEWORK_BSNVERSION_MULTIPLE),
          frameworkProperty("bulkhead.var").value(folder.resolve("var").toString()),
          frameworkProperty("bulkhead.deploy")
              .value(Files.createDirectory(folder.resolve("deploy")).toString()),
          jars("org.apache.felix.fileinstall", "org.bulkhead.deploy"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The driver of CDC-ACM ports. */
  static Option acmDriver() {
    return jars("org.bulkhead.driver.cdcacm");
  }

  /** The driver of keyboards and pointers, and the view of scanners. */
  static Option inputDriver() {
    return jars("org.bulkhead.driver.hid", "org.bulkhead.scanner");
  }

  /** An application that turns what serial ports receive into line events. */
  static Option serialLines() {
    return jars(
        "org.osgi.service.event", "org.apache.felix.eventadmin", "org.bulkhead.itests.lines");
  }

  static Option jars(String... artifactIds) {
    return composite(Stream.of(artifactIds).map(id -> bundle(Jars.url(id))).toArray(Option[]::new));
  }

  // ---- bundles
  // -----------------------------------------------------------------------------------

  /** Installs and starts; uninstalled after the test. */
  Bundle start(ProbeBundle probe) throws BundleException {
    Bundle bundle = context.installBundle("probe:" + System.nanoTime(), probe.stream());
    installed.add(bundle);
    bundle.start();
    return bundle;
  }

  /** Whether a bundle's class polls. */
  static boolean isWoven(Bundle bundle, Class<?> type) throws ClassNotFoundException {
    return Stream.of(bundle.loadClass(type.getName()).getDeclaredMethods())
        .anyMatch(method -> method.getName().equals("$bulkhead$poll"));
  }

  /** Takes a bundle out of the test's hands, so that nothing here holds it. */
  void forget(Bundle bundle) {
    installed.remove(bundle);
  }

  /** A bundle of the container. */
  Bundle bundleOf(String symbolicName) {
    return Stream.of(context.getBundles())
        .filter(b -> symbolicName.equals(b.getSymbolicName()))
        .findFirst()
        .orElseThrow();
  }

  @After
  public void uninstallWhatTheTestInstalled() throws BundleException {
    for (Bundle bundle : installed) {
      if (bundle.getState() != Bundle.UNINSTALLED) {
        bundle.uninstall();
      }
    }
  }

  // ---- what there is
  // -----------------------------------------------------------------------------

  /** Waits, for longer than it takes. */
  static ConditionFactory eventually(String what) {
    return await(what).atMost(PATIENCE).pollInterval(Duration.ofMillis(10));
  }

  /** Whether a device is plugged in, as far as the framework knows. */
  boolean known(String location) {
    return gateway.devices().stream().anyMatch(d -> d.identity().location().equals(location));
  }

  static boolean isRunning(CompartmentInfo compartment) {
    return compartment.state() == CompartmentState.RUNNING;
  }

  /** The driver attached to interface 0 of a device, or null. */
  CompartmentInfo compartment(String location) {
    return gateway.devices().stream()
        .filter(device -> device.identity().location().equals(location))
        .map(DeviceInfo::compartments)
        .flatMap(List::stream)
        .findFirst()
        .orElse(null);
  }

  /** How many faults of each class a driver has had. */
  Map<String, Long> counted(String driver) {
    return gateway.drivers().stream()
        .filter(each -> each.name().equals(driver))
        .findFirst()
        .orElseThrow()
        .faultKinds();
  }

  /** Waits until the driver of a device is in a state. */
  CompartmentInfo awaitState(String location, CompartmentState state) {
    return eventually(location + " " + state)
        .until(() -> compartment(location), c -> c != null && c.state() == state);
  }

  /** The session of a device's service, or null while it is not offered. */
  <S> ServiceReference<S> offered(Class<S> type, String location) {
    try {
      return context.getServiceReferences(type, "(bulkhead.location=" + location + ")").stream()
          .findFirst()
          .orElse(null);
    } catch (InvalidSyntaxException impossible) {
      throw new IllegalArgumentException(impossible);
    }
  }

  /** Waits for the session of a device's service. */
  <S> S session(Class<S> type, String location) {
    return context.getService(
        eventually(type.getSimpleName() + " of " + location)
            .until(() -> offered(type, location), found -> found != null));
  }
}
