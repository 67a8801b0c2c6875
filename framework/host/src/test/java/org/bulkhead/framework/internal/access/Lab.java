package org.bulkhead.framework.internal.access;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;
import org.osgi.service.device.Device;
import org.osgi.service.device.DriverLocator;
import org.osgi.service.device.DriverSelector;
import org.osgi.service.log.Logger;

/** A real framework with a device manager, and bundles in whose names a test registers services. */
final class Lab implements AfterEachCallback {

  static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Longer than any test takes. */
  static final Duration FOREVER = Duration.ofHours(1);

  private final List<String> log = new CopyOnWriteArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private final Framework framework;
  private final Path folder;
  private Duration updateWait = Duration.ofMillis(1);
  private Duration deadline = Duration.ofSeconds(10);
  private Duration idleDriverRemoval = Duration.ZERO;
  private DeviceManager manager;
  private BundleContext bus;
  private int bundles;

  Lab() {
    try {
      folder = Files.createTempDirectory("access-lab");
      framework =
          new FrameworkFactory()
              .newFramework(
                  Map.of(
                      Constants.FRAMEWORK_STORAGE,
                      folder.toString(),
                      Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                      "org.osgi.service.device;version=1.1"));
      framework.init();
    } catch (IOException | BundleException e) {
      throw new IllegalStateException(e);
    }
  }

  // ---- the manager ----------------------------------------------------------------------------

  Lab updateWait(Duration wait) {
    updateWait = wait;
    return this;
  }

  Lab deadline(Duration most) {
    deadline = most;
    return this;
  }

  Lab idleDriverRemoval(Duration after) {
    idleDriverRemoval = after;
    return this;
  }

  /** A manager in a framework that has not started yet. */
  Lab open() {
    BundleContext context = framework.getBundleContext();
    manager =
        new DeviceManager(
            context, logger(), new DeviceManager.Settings(updateWait, deadline, idleDriverRemoval));
    manager.open();
    return this;
  }

  /** A manager in a framework that runs. */
  Lab start() throws Exception {
    framework.start();
    return manager == null ? open() : this;
  }

  /** Another one after the first. */
  void reopen() {
    manager.close();
    open();
  }

  void closeManager() {
    manager.close();
  }

  DeviceManager manager() {
    return manager;
  }

  BundleContext system() {
    return framework.getBundleContext();
  }

  /** Returns when the algorithm has run for all that has happened. */
  void settle() throws InterruptedException {
    if (!manager.awaitQuiet(System.nanoTime() + PATIENCE.toNanos())) {
      throw new AssertionError("the device manager is not quiet; it said " + log);
    }
  }

  static void eventually(String what, Callable<Boolean> condition) {
    await(what).atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(condition);
  }

  /** What was logged, level first. */
  List<String> log() {
    return log;
  }

  /** Hangs until the test is over, whoever interrupts. */
  void hang() {
    boolean ended = false;
    while (!ended) {
      try {
        ended = over.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      } catch (InterruptedException ignored) {
        ended = false;
      }
    }
  }

  // ---- bundles and services -------------------------------------------------------------------

  /** A bundle that runs. */
  BundleContext bundle() throws BundleException {
    bundles++;
    String name = "lab." + bundles;
    Bundle bundle =
        framework.getBundleContext().installBundle("lab:" + name, Jar.empty(name).stream());
    bundle.start();
    return bundle.getBundleContext();
  }

  /** The bundle of all devices that say no other. */
  BundleContext bus() throws BundleException {
    if (bus == null) {
      bus = bundle();
    }
    return bus;
  }

  /** A bundle that came by a locator, or null. */
  Bundle loaded(String driverId) {
    return framework.getBundleContext().getBundle("bulkhead-driver:" + driverId);
  }

  ServiceRegistration<Device> device(Device device, Object... properties) throws BundleException {
    return bus().registerService(Device.class, device, table(properties));
  }

  ServiceReference<Device> device() throws BundleException {
    return device(new TestDevice()).getReference();
  }

  TestDriver driver(String id) throws BundleException {
    return new TestDriver(this, id);
  }

  ServiceRegistration<DriverLocator> locator(DriverLocator locator, Object... properties)
      throws BundleException {
    return bundle().registerService(DriverLocator.class, locator, table(properties));
  }

  ServiceRegistration<DriverSelector> selector(DriverSelector selector, Object... properties)
      throws BundleException {
    return bundle().registerService(DriverSelector.class, selector, table(properties));
  }

  static Hashtable<String, Object> table(Object... properties) {
    Hashtable<String, Object> table = new Hashtable<>();
    for (int i = 0; i < properties.length; i += 2) {
      table.put((String) properties[i], properties[i + 1]);
    }
    return table;
  }

  /** Whether a bundle uses a device. */
  static boolean uses(BundleContext user, ServiceReference<?> device) {
    return Stream.ofNullable(device.getUsingBundles())
        .flatMap(Stream::of)
        .anyMatch(b -> b.equals(user.getBundle()));
  }

  private Logger logger() {
    return (Logger)
        Proxy.newProxyInstance(
            Logger.class.getClassLoader(),
            new Class<?>[] {Logger.class},
            (self, method, arguments) -> {
              if (arguments != null) {
                log.add(method.getName() + " " + Arrays.deepToString(arguments));
              }
              return method.getReturnType() == boolean.class ? true : null;
            });
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    over.countDown();
    manager.close();
    framework.stop();
    framework.waitForStop(PATIENCE.toMillis());
    // A removal that was abandoned and woken only now may still be at it.
    eventually("the end of " + folder, () -> isDeleted(folder));
  }

  private static boolean isDeleted(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
      return true;
    } catch (UncheckedIOException | NoSuchFileException | DirectoryNotEmptyException another) {
      return Files.notExists(folder);
    }
  }
}
