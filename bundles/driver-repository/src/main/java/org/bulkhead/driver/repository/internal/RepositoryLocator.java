package org.bulkhead.driver.repository.internal;

import java.io.IOException;
import java.io.InputStream;
import java.util.Dictionary;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.device.DriverLocator;

/**
 * Names the drivers of repositories for devices (compendium section 103.4). It never waits for a
 * repository: a driver is named once it has been fetched and found good, and until then it is
 * fetched in the background; its service then changes, which makes the device manager ask again.
 */
final class RepositoryLocator implements DriverLocator {

  private static final String[] NONE = {};

  private final BundleContext context;
  private final Catalogue catalogue;
  private final DriverStore store;
  private final Fetches fetches;
  private final Map<String, Offer> named = new ConcurrentHashMap<>();

  RepositoryLocator(
      BundleContext context, Catalogue catalogue, DriverStore store, Fetches fetches) {
    this.context = context;
    this.catalogue = catalogue;
    this.store = store;
    this.fetches = fetches;
  }

  /** The best match that can be had; what is installed, and maybe stopped, is left as it is. */
  // The interface has a raw type.
  @Override
  public String[] findDrivers(@SuppressWarnings("rawtypes") Dictionary properties) {
    for (Offer offer : catalogue.matching(properties::get)) {
      if (isInstalled(offer)) {
        return NONE;
      }
      if (store.has(offer.driver())) {
        named.put(offer.driver().driver(), offer);
        return new String[] {offer.driver().driver()};
      }
      if (fetches.problem(offer).isEmpty()) {
        fetches.wish(offer);
        return NONE;
      }
    }
    return NONE;
  }

  private boolean isInstalled(Offer offer) {
    return Stream.of(context.getBundles())
        .map(Bundle::getSymbolicName)
        .anyMatch(offer.driver().symbolicName()::equals);
  }

  @Override
  public InputStream loadDriver(String id) throws IOException {
    Optional<Offer> found =
        Optional.ofNullable(named.get(id))
            .filter(offer -> store.has(offer.driver()))
            .or(() -> catalogue.named(id).filter(o -> store.has(o.driver())).findFirst())
            .or(() -> catalogue.named(id).filter(o -> fetches.problem(o).isEmpty()).findFirst());
    if (found.isEmpty()) {
      return null;
    }
    Offer offer = found.get();
    if (!store.has(offer.driver())) {
      fetches.wish(offer);
      throw new IOException("it is being fetched from " + offer.repository());
    }
    try {
      return store.open(offer.driver());
    } catch (IOException e) {
      fetches.wish(offer);
      throw e;
    }
  }
}
