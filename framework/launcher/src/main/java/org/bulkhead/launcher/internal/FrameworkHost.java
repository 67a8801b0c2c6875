package org.bulkhead.launcher.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.bulkhead.launcher.admin.Gateway;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * The embedded Felix framework with the bundles of {@code system/}.
 *
 * <p>A folder there is named by its start level, such as {@code 10-osgi}: bundles of one level
 * start in the order of their names, after all lower levels. The framework's cache is emptied on
 * each start, because the folders are the truth about what is installed.
 */
final class FrameworkHost {

  /**
   * Devices are attached from here on: by OSGi Device Access 1.1 not before the framework has
   * started, which it says at this level. What is above, the shell, starts at the same time.
   */
  private static final int SERVING_START_LEVEL = 50;

  private static final int LAST_START_LEVEL = 100;

  private final LaunchedGateway gateway;
  private final Layout layout;
  private final Ahead ahead;
  private final Framework framework;
  private final List<Bundle> serving = new ArrayList<>();
  private final List<String> installProblems = new ArrayList<>();

  FrameworkHost(Layout layout, Options options, Ahead ahead) {
    this.layout = layout;
    this.ahead = ahead;
    gateway = new LaunchedGateway(layout, options);
    framework = new FrameworkFactory().newFramework(configuration(options));
  }

  private Map<String, Object> configured(Options options) {
    Map<String, Object> map = new HashMap<>();
    map.put(Constants.FRAMEWORK_STORAGE, layout.cache().toString());
    map.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
    // A driver's next version stands ready beside it, also when it has the same version number.
    map.put(Constants.FRAMEWORK_BSNVERSION, Constants.FRAMEWORK_BSNVERSION_MULTIPLE);
    map.put(Constants.FRAMEWORK_BEGINNING_STARTLEVEL, Integer.toString(SERVING_START_LEVEL));
    map.put(
        Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
        Gateway.class.getPackageName() + ";version=1.0.0");
    map.put("felix.log.logger", new Logging.FelixLogger());
    map.put("org.osgi.service.log.admin.loglevel", "INFO");
    map.put("felix.fileinstall.dir", layout.etc().toString());
    map.put("felix.fileinstall.filter", ".*\\.cfg");
    map.put("felix.fileinstall.poll", "1000");
    map.put("felix.fileinstall.noInitialDelay", "true");
    map.put("felix.fileinstall.enableConfigSave", "false");
    map.put("felix.fileinstall.tmpdir", layout.tmp().resolve("fileinstall").toString());
    map.put("felix.fileinstall.log.level", "2");
    map.put("bulkhead.home", layout.home().toString());
    map.put("bulkhead.var", layout.var().toString());
    map.put("bulkhead.deploy", layout.deploy().toString());
    if (options.demo()) {
      map.put("bulkhead.demo", "true");
    }
    return map;
  }

  // Felix declares a raw map, because it takes its logger as an object.
  @SuppressWarnings({"rawtypes", "unchecked"})
  private Map configuration(Options options) {
    return configured(options);
  }

  /** Starts everything; returns when the last start level is reached. */
  void start() throws BundleException, IOException {
    framework.init();
    for (Path folder : sorted(layout.system())) {
      int level = Integer.parseInt(folder.getFileName().toString().replaceAll("\\D.*", ""));
      for (Path jar : sorted(folder)) {
        install(jar, level);
      }
    }
    // They would be one by one, as they start. Nobody else resolves now: see Ahead.
    framework.adapt(FrameworkWiring.class).resolveBundles(serving);
    ahead.resolved(serving);
    framework.start();
    CompletableFuture<FrameworkEvent> last = new CompletableFuture<>();
    framework.adapt(FrameworkStartLevel.class).setStartLevel(LAST_START_LEVEL, last::complete);
    last.join();
  }

  private void install(Path jar, int level) {
    try {
      Bundle bundle =
          framework.getBundleContext().installBundle("reference:" + jar.toUri().toURL());
      bundle.adapt(BundleStartLevel.class).setStartLevel(level);
      if (level <= SERVING_START_LEVEL) {
        serving.add(bundle);
      }
      if (!isFragment(bundle)) {
        bundle.start(Bundle.START_ACTIVATION_POLICY);
      }
    } catch (BundleException | IOException e) {
      installProblems.add(jar + " cannot be installed: " + e.getMessage());
    }
  }

  private static List<Path> sorted(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static boolean isFragment(Bundle bundle) {
    BundleRevision revision = bundle.adapt(BundleRevision.class);
    return (revision.getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
  }

  /** One line for each bundle of {@code system/} that did not start, saying why. */
  List<String> problems() {
    List<String> problems = new ArrayList<>(installProblems);
    List<Bundle> installed = List.of(framework.getBundleContext().getBundles());
    for (Bundle bundle : installed) {
      boolean ours = bundle.getLocation().startsWith("reference:");
      if (ours && !isFragment(bundle) && bundle.getState() != Bundle.ACTIVE) {
        Problem.of(bundle, installed).ifPresent(problems::add);
      }
    }
    return problems;
  }

  /** Registers the gateway as a service, which lets the shell and the socket begin. */
  LaunchedGateway announce() {
    framework.getBundleContext().registerService(Gateway.class, gateway, null);
    Thread ended = new Thread(this::awaitFrameworkEnd, "framework end");
    ended.setDaemon(true);
    ended.start();
    return gateway;
  }

  /** Someone may stop the framework from inside, by {@code stop 0}. */
  private void awaitFrameworkEnd() {
    try {
      framework.waitForStop(0);
      gateway.shutdown(ExitCode.OK);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  List<String> starting() {
    return inState(Bundle.STARTING);
  }

  List<String> stopping() {
    return inState(Bundle.STOPPING);
  }

  private List<String> inState(int state) {
    if (framework.getBundleContext() == null) {
      return List.of();
    }
    return Stream.of(framework.getBundleContext().getBundles())
        .filter(bundle -> bundle.getState() == state && bundle.getBundleId() != 0)
        .map(Bundle::getSymbolicName)
        .toList();
  }

  /** Stops all bundles in reverse order and waits; the caller's watchdog bounds the time. */
  void stop() {
    try {
      framework.stop();
      framework.waitForStop(0);
    } catch (BundleException e) {
      Logging.LOG.log(Level.WARNING, "The framework did not stop cleanly", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
