package org.bulkhead.deploy.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bulkhead.deploy.DeploymentException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.log.Logger;

/**
 * Replaces a driver by another version that stands ready before the old one is stopped: installed
 * beside it, resolved, its classes loaded, its component registered. What an application sees is
 * the time in which the old one lets go and the new one attaches; reading and writing the disk, and
 * all that can go wrong with a jar, is before that.
 */
final class Handover {

  private final BundleContext context;
  private final Swap swap;
  private final Succession succession;
  private final Supervision supervision;
  private final Logger logger;

  Handover(
      BundleContext context,
      Swap swap,
      Succession succession,
      Supervision supervision,
      Logger logger) {
    this.context = context;
    this.swap = swap;
    this.succession = succession;
    this.supervision = supervision;
    this.logger = logger;
  }

  /**
   * Whether a bundle can be replaced so: it runs, is a driver, and nobody is wired to it or refers
   * to it by its name.
   */
  static boolean suits(Bundle old, Candidate candidate) {
    BundleRevision revision = old.adapt(BundleRevision.class);
    return old.getState() == Bundle.ACTIVE
        && revision != null
        && !DriverClasses.drivers(old).isEmpty()
        && revision.getDeclaredCapabilities(BundleRevision.PACKAGE_NAMESPACE).isEmpty()
        && !candidate.headers().containsKey(Constants.EXPORT_PACKAGE)
        && !candidate.headers().containsKey(Constants.FRAGMENT_HOST)
        && Stream.of(candidate.headers().get(Constants.BUNDLE_SYMBOLICNAME), symbolicName(old))
            .noneMatch(header -> header.replace(" ", "").contains("singleton:=true"));
  }

  private static String symbolicName(Bundle bundle) {
    return String.valueOf(bundle.getHeaders("").get(Constants.BUNDLE_SYMBOLICNAME));
  }

  /**
   * Replaces.
   *
   * @param location of the new bundle, used by no other
   * @param back whether the new one is the version before, which may do less
   * @return the new bundle, running; the old one is gone
   * @throws DeploymentException where the new one does not come up; the old one runs as before
   */
  Bundle swap(Bundle old, String location, Path jar, boolean back)
      throws DeploymentException, InterruptedException {
    Bundle next = null;
    try {
      next = swap.install(location, jar);
      start(next);
      if (!back) {
        succession.check(next, old);
      }
      stop(old);
    } catch (BundleException | IOException failed) {
      discard(next);
      throw new DeploymentException("it does not run (" + Problem.of(failed) + ")", failed);
    } catch (DeploymentException refused) {
      discard(next);
      throw refused;
    }
    discard(old);
    return next;
  }

  private void start(Bundle next) throws BundleException {
    try {
      resolve(next);
      DriverClasses.load(next);
      swap.start(next);
    } catch (BundleException failed) {
      supervision.startFailed(next, failed, "refused; the version before goes on");
      throw failed;
    }
  }

  private void stop(Bundle old) throws DeploymentException {
    try {
      swap.stop(old, Bundle.STOP_TRANSIENT);
    } catch (BundleException runsOn) {
      throw new DeploymentException(
          "the version that runs does not stop (" + Problem.of(runsOn) + ")", runsOn);
    }
  }

  private void resolve(Bundle next) throws BundleException {
    if (!frameworkWiring().resolveBundles(List.of(next))) {
      // Says why not, which resolveBundles does not.
      next.start(Bundle.START_TRANSIENT);
    }
  }

  private void discard(Bundle bundle) throws InterruptedException {
    if (bundle != null) {
      try {
        swap.uninstall(bundle);
      } catch (BundleException | IllegalStateException failed) {
        // Nothing of it runs any more, which is what was wanted.
        logger.warn("{} was not uninstalled cleanly", bundle, failed);
      }
    }
  }

  private FrameworkWiring frameworkWiring() {
    return context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
  }
}
