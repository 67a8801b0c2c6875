package org.bulkhead.driver.repository.internal;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.bulkhead.deploy.Deployment;
import org.bulkhead.driver.repository.DriverOffer;
import org.bulkhead.driver.repository.DriverRepositories;
import org.bulkhead.driver.repository.RepositoryException;
import org.bulkhead.driver.repository.RepositoryInfo;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.device.DriverLocator;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import org.osgi.service.metatype.annotations.Designate;

/** Puts the parts together as configured, with the threads that they share. */
@Component(configurationPid = "org.bulkhead.driver.repository", immediate = true)
@Designate(ocd = RepositoryConfig.class)
public final class OnDemandDrivers implements DriverRepositories {

  /** Property of the locator's service; changes whenever it may know more than before. */
  static final String GENERATION = "bulkhead.generation";

  private static final long IDLE_SECONDS = 10;

  private final Logger log;
  private final Catalogue catalogue;
  private final List<RepositoryInfo> unusable = new ArrayList<>();
  private final DriverStore store;
  private final Fetches fetches;
  private final Refresher refresher;
  private final Installation installation;
  private final ThreadPoolExecutor pool;
  private final ScheduledThreadPoolExecutor clock;
  private final AtomicLong generation = new AtomicLong();
  private final ServiceRegistration<DriverLocator> registration;

  /**
   * Called by the container. Reads nothing itself; threads of its own begin to.
   *
   * @param context registers the locator
   * @param loggers for the bundle's logger
   * @param deployment checks jars and deploys what a person installs
   * @param config which repositories there are
   * @throws IOException if there is no place to keep what is fetched
   */
  @Activate
  public OnDemandDrivers(
      BundleContext context,
      @Reference LoggerFactory loggers,
      @Reference Deployment deployment,
      RepositoryConfig config)
      throws IOException {
    log = loggers.getLogger(OnDemandDrivers.class);
    pool =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            daemons("driver-repository"));
    clock = new ScheduledThreadPoolExecutor(1, daemons("driver-repository-clock"));
    clock.setRemoveOnCancelPolicy(true);
    Path folder = folder(context);
    store = new DriverStore(folder, deployment, (long) config.maxDriverMebibytes() << 20);
    catalogue = new Catalogue(repositories(config, home(context), folder));
    Duration retry = Duration.ofSeconds(Math.max(1, config.retrySeconds()));
    Duration refresh = Duration.ofSeconds(Math.max(1, config.refreshSeconds()));
    fetches = new Fetches(store, pool, clock, log, retry, refresh, this::changed);
    refresher =
        new Refresher(pool, clock, log, new Refresher.Pace(refresh, retry), this::offersChanged);
    installation = new Installation(context, catalogue, store, fetches, deployment);
    registration = config.onDemand() ? register(context) : null;
    catalogue.repositories().forEach(refresher::refresh);
  }

  private ServiceRegistration<DriverLocator> register(BundleContext context) {
    return context.registerService(
        DriverLocator.class,
        new RepositoryLocator(context, catalogue, store, fetches),
        generation());
  }

  private static ThreadFactory daemons(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  private static Path folder(BundleContext context) {
    String var = context.getProperty("bulkhead.var");
    File folder = var == null ? context.getDataFile("drivers") : new File(var, "drivers");
    return folder.toPath().toAbsolutePath();
  }

  private static Path home(BundleContext context) {
    String home = context.getProperty("bulkhead.home");
    return Path.of(home == null ? "" : home).toAbsolutePath();
  }

  private List<Repository> repositories(RepositoryConfig config, Path home, Path cache) {
    HttpBytes http =
        new HttpBytes(Duration.ofSeconds(Math.max(1, config.deadlineSeconds())), clock);
    List<Repository> all = new ArrayList<>();
    for (String location : config.repositories().split(",")) {
      if (!location.isBlank()) {
        try {
          all.add(Repository.of(location.strip(), home, http, cache));
        } catch (IllegalArgumentException e) {
          log.error("repository {} is left out: {}", location.strip(), e.getMessage());
          unusable.add(new RepositoryInfo(location.strip(), 0, e.getMessage()));
        }
      }
    }
    return all;
  }

  @Deactivate
  void stop() {
    if (registration != null) {
      registration.unregister();
    }
    clock.shutdownNow();
    pool.shutdownNow();
  }

  private void offersChanged() {
    fetches.keepOnly(catalogue.offers());
    try {
      // A repository that cannot be read may only have been forgotten by a fresh cache.
      if (catalogue.repositories().stream().allMatch(r -> r.problem().isEmpty())) {
        store.keepOnly(digests());
      }
    } catch (IOException e) {
      log.warn("drivers that nobody offers any more cannot be deleted: {}", e.toString());
    }
    changed();
  }

  private Set<String> digests() {
    return catalogue.offers().stream()
        .map(offer -> offer.driver().content().sha256())
        .collect(Collectors.toSet());
  }

  /** Makes the device manager ask again for devices without driver. */
  private void changed() {
    if (registration != null) {
      try {
        registration.setProperties(generation());
      } catch (IllegalStateException stopped) {
        log.debug("nobody asks any more");
      }
    }
  }

  private Dictionary<String, Object> generation() {
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put(GENERATION, generation.incrementAndGet());
    return properties;
  }

  @Override
  public List<RepositoryInfo> repositories() {
    List<RepositoryInfo> all = new ArrayList<>();
    for (Repository repository : catalogue.repositories()) {
      all.add(
          new RepositoryInfo(
              repository.location(), repository.offers().size(), repository.problem()));
    }
    all.addAll(unusable);
    return all;
  }

  @Override
  public List<DriverOffer> offers() {
    return catalogue.offers().stream().map(this::info).toList();
  }

  private DriverOffer info(Offer offer) {
    Offered driver = offer.driver();
    Optional<Bundle> installed = installation.present(driver);
    return new DriverOffer(
        driver.driver(),
        driver.version().toString(),
        driver.symbolicName(),
        installed.map(bundle -> bundle.getVersion().toString()).orElse(""),
        installed.filter(Installation::isOnDemand).isPresent(),
        driver.content().sizeBytes(),
        driver.rules(),
        offer.repository().location(),
        fetches.problem(offer));
  }

  @Override
  public boolean refresh(Duration patience) throws InterruptedException {
    CompletableFuture<?>[] all =
        catalogue.repositories().stream().map(refresher::refresh).toArray(CompletableFuture[]::new);
    try {
      CompletableFuture.allOf(all).get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException notYet) {
      return false;
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Override
  public Bundle install(String driver, LongConsumer progress)
      throws RepositoryException, InterruptedException {
    return installation.install(driver, progress);
  }
}
