package org.bulkhead.deploy.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.log.Logger;

/** Moves bundles in, over and out, and refreshes exactly what depends on them. */
final class Swap {

  /**
   * Of drivers: above those that serve them, so that they stop first; below the shell, which starts
   * while their devices attach.
   */
  private static final int DRIVER_START_LEVEL = 50;

  /** Of transports, which look for devices while the drivers start, and of all else. */
  private static final int START_LEVEL = 45;

  private static final Duration REFRESH_LIMIT = Duration.ofSeconds(30);

  private final BundleContext context;
  private final Supervision supervision;
  private final Logger logger;

  Swap(BundleContext context, Supervision supervision, Logger logger) {
    this.context = context;
    this.supervision = supervision;
    this.logger = logger;
  }

  Bundle install(String location, Path jar) throws BundleException, IOException {
    try (InputStream in = Files.newInputStream(jar)) {
      Bundle bundle = context.installBundle(location, in);
      boolean drives = !DriverClasses.drivers(bundle).isEmpty();
      bundle.adapt(BundleStartLevel.class).setStartLevel(drives ? DRIVER_START_LEVEL : START_LEVEL);
      return bundle;
    }
  }

  /** Starts the bundle; a fragment only attaches to its host. */
  void start(Bundle bundle) throws BundleException {
    int types = bundle.adapt(BundleRevision.class).getTypes();
    if ((types & BundleRevision.TYPE_FRAGMENT) == 0) {
      supervision.start(bundle, Bundle.START_ACTIVATION_POLICY);
    }
  }

  /**
   * Stops a bundle that another one takes the place of. One that throws as it stops has stopped,
   * and of one that hangs there is nothing left that serves anybody.
   *
   * @throws BundleException where it still runs
   */
  void stop(Bundle bundle, int options) throws BundleException {
    stop(bundle, options, "replaced all the same");
  }

  private void stop(Bundle bundle, int options, String action) throws BundleException {
    try {
      supervision.stop(bundle, options);
    } catch (BundleException untidy) {
      if (bundle.getState() == Bundle.ACTIVE) {
        throw untidy;
      }
      supervision.stopFailed(bundle, untidy, action);
    }
  }

  /** Stops, updates, refreshes and starts; on failure the bundle is left as far as it came. */
  void update(Bundle bundle, Path jar) throws BundleException, IOException, InterruptedException {
    stop(bundle, 0);
    if (isHeld(bundle)) {
      throw new BundleException("what it does as it stops cannot be ended");
    }
    try (InputStream in = Files.newInputStream(jar)) {
      bundle.update(in);
    }
    refresh(List.of(bundle));
    start(bundle);
  }

  /** Stops and uninstalls; returns at once where the bundle's own code is in the way of that. */
  void uninstall(Bundle bundle) throws BundleException, InterruptedException {
    if (bundle.getState() == Bundle.ACTIVE) {
      stop(bundle, Bundle.STOP_TRANSIENT, "removed all the same");
    }
    if (isHeld(bundle)) {
      Thread thread = new Thread(() -> uninstallLate(bundle), "uninstall of " + bundle);
      thread.setDaemon(true);
      thread.start();
    } else {
      bundle.uninstall();
      refresh(List.of(bundle));
    }
  }

  /** Whether its activator was abandoned: the container has the bundle locked until it returns. */
  private static boolean isHeld(Bundle bundle) {
    return bundle.getState() == Bundle.STARTING || bundle.getState() == Bundle.STOPPING;
  }

  private void uninstallLate(Bundle bundle) {
    try {
      bundle.uninstall();
      refresh(List.of(bundle));
      logger.info("{} is uninstalled, now that its activator has returned", bundle);
    } catch (BundleException | IllegalStateException failed) {
      logger.warn("{} was not uninstalled cleanly", bundle, failed);
    } catch (InterruptedException shutdown) {
      Thread.currentThread().interrupt();
    }
  }

  private void refresh(Collection<Bundle> bundles) throws InterruptedException {
    CountDownLatch refreshed = new CountDownLatch(1);
    context
        .getBundle(Constants.SYSTEM_BUNDLE_LOCATION)
        .adapt(FrameworkWiring.class)
        .refreshBundles(bundles, event -> refreshed.countDown());
    refreshed.await(REFRESH_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
  }
}
