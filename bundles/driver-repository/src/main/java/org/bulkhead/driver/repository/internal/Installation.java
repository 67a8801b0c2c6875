package org.bulkhead.driver.repository.internal;

import java.io.File;
import java.io.IOException;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.bulkhead.deploy.Deployment;
import org.bulkhead.deploy.DeploymentException;
import org.bulkhead.driver.repository.RepositoryException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/** Deploys a driver of a repository for good, because a person asked for it. */
final class Installation {

  /** Where the device manager installs what locators bring; it would go with the next restart. */
  private static final String ON_DEMAND = "bulkhead-driver:";

  private final BundleContext context;
  private final Catalogue catalogue;
  private final DriverStore store;
  private final Fetches fetches;
  private final Deployment deployment;

  Installation(
      BundleContext context,
      Catalogue catalogue,
      DriverStore store,
      Fetches fetches,
      Deployment deployment) {
    this.context = context;
    this.catalogue = catalogue;
    this.store = store;
    this.fetches = fetches;
    this.deployment = deployment;
  }

  Bundle install(String name, LongConsumer progress)
      throws RepositoryException, InterruptedException {
    Offer offer =
        catalogue
            .named(name)
            .findFirst()
            .orElseThrow(
                () -> new RepositoryException("no repository has a driver \"" + name + "\""));
    Optional<Bundle> present = present(offer.driver());
    if (present.filter(bundle -> isDeployedInThisVersion(bundle, offer)).isPresent()) {
      throw new RepositoryException(offer.driver() + " is installed already");
    }
    try {
      if (!store.has(offer.driver())) {
        progress.accept(-offer.driver().content().sizeBytes());
        fetches.demand(offer).await(progress);
      }
      // Its digest is checked by opening it.
      store.open(offer.driver()).close();
    } catch (IOException e) {
      throw new RepositoryException(offer + " cannot be had: " + IndexReader.oneLine(e), e);
    }
    return deploy(offer, present);
  }

  private Bundle deploy(Offer offer, Optional<Bundle> present) throws RepositoryException {
    File jar = store.file(offer.driver()).toFile();
    try {
      if (present.isEmpty()) {
        return deployment.deploy(jar);
      }
      Bundle bundle = present.get();
      if (isOnDemand(bundle)) {
        bundle.uninstall();
        return deployment.deploy(jar);
      }
      return deployment.update(bundle, jar);
    } catch (DeploymentException | BundleException e) {
      throw new RepositoryException(offer + " is not installed: " + e.getMessage(), e);
    }
  }

  private static boolean isDeployedInThisVersion(Bundle bundle, Offer offer) {
    return !isOnDemand(bundle) && bundle.getVersion().equals(offer.driver().version());
  }

  static boolean isOnDemand(Bundle bundle) {
    return bundle.getLocation().startsWith(ON_DEMAND);
  }

  /** The bundle of an offered driver that is installed. */
  Optional<Bundle> present(Offered driver) {
    return Stream.of(context.getBundles())
        .filter(bundle -> driver.symbolicName().equals(bundle.getSymbolicName()))
        .findFirst();
  }
}
