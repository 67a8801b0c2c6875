package org.bulkhead.deploy.internal;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.felix.fileinstall.ArtifactInstaller;
import org.apache.felix.fileinstall.ArtifactListener;
import org.bulkhead.deploy.Deployment;
import org.bulkhead.deploy.DeploymentException;
import org.bulkhead.framework.admin.FaultInfo;
import org.bulkhead.framework.admin.FaultListener;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

/**
 * The bundles of the {@code deploy/} folder.
 *
 * <p>On activation it deploys what lies there, all installed before the first is started, so that
 * their order does not matter. From then on File Install reports changes; its own handling of jars
 * would stop the running bundle before it looks at the new one.
 */
@Component(
    service = {
      ArtifactInstaller.class,
      ArtifactListener.class,
      Deployment.class,
      FaultListener.class
    },
    property = Constants.SERVICE_RANKING + ":Integer=100")
public final class FolderDeployment implements ArtifactInstaller, Deployment, FaultListener {

  private static final String KEPT = "; what runs stays as it is";

  /** How the locations of all bundles from here begin. */
  private static final String LOCATION = "deploy:";

  private final BundleContext context;
  private final Logger logger;
  private final Supervision supervision;
  private final Succession succession;
  private final Swap swap;
  private final Handover handover;
  private final Probation probation;
  private final EarlierVersions earlier;
  private final File folder;
  private final Path copies;
  private final Map<String, Deployed> files = new HashMap<>();
  private int copyCount;

  /**
   * Called by the container.
   *
   * @param context gives access to the framework
   * @param loggers for the bundle's logger
   * @throws IOException if the copies of deployed jars cannot be kept
   */
  @Activate
  public FolderDeployment(BundleContext context, @Reference LoggerFactory loggers)
      throws IOException {
    this.context = context;
    logger = loggers.getLogger(FolderDeployment.class);
    supervision = new Supervision(context);
    succession = new Succession(context);
    swap = new Swap(context, supervision, logger);
    handover = new Handover(context, swap, succession, supervision, logger);
    probation = new Probation(supervision::served);
    earlier = new EarlierVersions(context);
    folder = folder(context);
    copies = Files.createDirectories(context.getDataFile("copies").toPath());
    deployFolder();
  }

  static File folder(BundleContext context) {
    return new File(Optional.ofNullable(context.getProperty("bulkhead.deploy")).orElse("deploy"));
  }

  private synchronized void deployFolder() {
    File[] jars = folder.listFiles(this::canHandle);
    if (jars == null) {
      logger.warn("There is no folder {}: no transports and drivers are deployed", folder);
      return;
    }
    Arrays.sort(jars);
    ExecutorService ahead = Executors.newSingleThreadExecutor(FolderDeployment::loading);
    try {
      for (File jar : jars) {
        try {
          loadAhead(ahead, installOnly(jar.getName(), checked(jar)));
        } catch (DeploymentException e) {
          logger.warn("{} refused: {}", jar.getName(), e.getMessage());
        }
      }
    } finally {
      ahead.shutdown();
    }
    startAll();
  }

  private static Thread loading(Runnable task) {
    Thread thread = new Thread(task, "driver classes");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Loads a driver's classes while others are installed and transports look for devices. Resolved
   * by this thread, as starts fail whose bundles somebody else resolves at the time.
   */
  private void loadAhead(Executor ahead, Bundle bundle) {
    if (Runtime.getRuntime().availableProcessors() > 1
        && !DriverClasses.drivers(bundle).isEmpty()) {
      context
          .getBundle(Constants.SYSTEM_BUNDLE_LOCATION)
          .adapt(FrameworkWiring.class)
          .resolveBundles(List.of(bundle));
      ahead.execute(() -> DriverClasses.load(bundle));
    }
  }

  @Override
  public boolean canHandle(File artifact) {
    return artifact.getName().endsWith(".jar")
        && !artifact.getName().startsWith(".")
        && artifact.getAbsoluteFile().getParentFile().equals(folder.getAbsoluteFile());
  }

  @Override
  public synchronized void install(File jar) {
    try {
      Candidate candidate = checked(jar);
      Deployed known = files.get(jar.getName());
      if (known == null) {
        installOnly(jar.getName(), candidate);
        logger.info("{} deployed: {}", jar.getName(), candidate);
      } else if (known.checksum() != candidate.checksum()) {
        swap(jar.getName(), known, candidate);
      } else {
        return;
      }
      startAll();
    } catch (DeploymentException e) {
      logger.warn("{} refused: {}", jar.getName(), e.getMessage() + KEPT);
    }
  }

  @Override
  public void update(File jar) {
    install(jar);
  }

  @Override
  public synchronized void uninstall(File jar) {
    Deployed gone = files.remove(jar.getName());
    if (gone == null) {
      return;
    }
    probation.end(gone.bundle().getBundleId());
    try {
      swap.uninstall(gone.bundle());
      Files.deleteIfExists(gone.copy());
      earlier.forget(jar.getName());
      logger.info("{} removed: {}", jar.getName(), name(gone));
    } catch (BundleException | IllegalStateException | IOException e) {
      logger.warn("{} was not uninstalled cleanly", jar.getName(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public synchronized List<String> check(File jar) {
    try {
      Candidate candidate = Candidate.read(jar);
      List<String> problems = new ArrayList<>();
      for (String missing : Requirements.missing(candidate, context)) {
        problems.add("it needs " + missing + ", which nothing here provides");
      }
      return problems;
    } catch (DeploymentException e) {
      return List.of(e.getMessage());
    }
  }

  @Override
  public synchronized Bundle update(Bundle bundle, File jar) throws DeploymentException {
    String name = fileOf(bundle);
    Candidate candidate = Candidate.read(jar);
    swap(name, files.get(name), candidate);
    startAll();
    store(jar, name);
    return files.get(name).bundle();
  }

  @Override
  public synchronized Bundle rollback(Bundle bundle) throws DeploymentException {
    return rollback(fileOf(bundle));
  }

  private Bundle rollback(String name) throws DeploymentException {
    Candidate candidate = Candidate.read(earlier.of(name));
    replace(name, files.get(name), candidate, true);
    startAll();
    earlier.reject(new File(folder, name));
    store(files.get(name).copy().toFile(), name);
    earlier.forget(name);
    return files.get(name).bundle();
  }

  /** A fault of a version that has not proven itself brings back the one before it. */
  @Override
  public synchronized void fault(FaultInfo fault) {
    Bundle bad = context.getBundle(fault.bundleId());
    if (bad == null
        || !replaces(fault.bundleId())
        || fault.time().toEpochMilli() < bad.getLastModified()) {
      // It is gone, or is trusted, or the fault is that of the version before in the same bundle.
      return;
    }
    try {
      String name = fileOf(bad);
      String gone = name(files.get(name));
      rollback(name);
      logger.error(
          "{} failed on probation ({} of {}: {}); {} is back, and the failed one kept as {}{}",
          gone,
          fault.kind(),
          fault.location(),
          fault.message(),
          name(files.get(name)),
          name,
          EarlierVersions.REJECTED);
    } catch (DeploymentException e) {
      logger.error("{} failed on probation, but stays: {}", bad, e.getMessage());
    } finally {
      probation.end(fault.bundleId());
    }
  }

  @Override
  public boolean replaces(long bundleId) {
    return probation.covers(bundleId, System.nanoTime());
  }

  private String fileOf(Bundle bundle) throws DeploymentException {
    return files.entrySet().stream()
        .filter(entry -> entry.getValue().bundle().equals(bundle))
        .map(Entry::getKey)
        .findFirst()
        .orElseThrow(
            () ->
                new DeploymentException(
                    (bundle == null ? "it" : bundle.getSymbolicName())
                        + " did not come from "
                        + folder
                        + KEPT));
  }

  @Override
  public synchronized Bundle deploy(File jar) throws DeploymentException {
    String name = Candidate.read(jar).name() + ".jar";
    File target = new File(folder, name);
    if (target.exists()) {
      throw new DeploymentException("there is a file " + target + " already: replace that");
    }
    Candidate candidate = checked(jar);
    List<String> missing = Requirements.missing(candidate, context);
    if (!missing.isEmpty()) {
      throw needs(candidate, missing);
    }
    // Known before the file is there, so that File Install's report of it changes nothing.
    installOnly(name, candidate);
    startAll();
    store(jar, name);
    return files.get(name).bundle();
  }

  private static DeploymentException needs(Candidate candidate, List<String> missing) {
    return new DeploymentException(
        candidate + " needs " + String.join(", ", missing) + ", which nothing here provides");
  }

  private void store(File jar, String name) throws DeploymentException {
    Path target = folder.toPath().resolve(name);
    try {
      Path part = folder.toPath().resolve("." + name + ".part");
      Files.copy(jar.toPath(), part, StandardCopyOption.REPLACE_EXISTING);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new DeploymentException(
          "the new version runs, but could not be stored as "
              + target
              + " ("
              + e.getMessage()
              + "): the next start takes the old one",
          e);
    }
  }

  /** Reads the jar and makes sure that no other file holds a bundle of its name. */
  private Candidate checked(File jar) throws DeploymentException {
    Candidate candidate = Candidate.read(jar);
    for (Entry<String, Deployed> other : files.entrySet()) {
      String name = other.getValue().bundle().getSymbolicName();
      if (!other.getKey().equals(jar.getName()) && candidate.name().equals(name)) {
        throw new DeploymentException(
            name + " is already deployed by " + other.getKey() + ": replace that file");
      }
    }
    for (Bundle bundle : context.getBundles()) {
      if (candidate.name().equals(bundle.getSymbolicName())
          && !bundle.getLocation().startsWith(LOCATION)) {
        throw new DeploymentException(
            candidate.name() + " belongs to the gateway itself (bundle " + bundle + ")");
      }
    }
    return candidate;
  }

  private Bundle installOnly(String name, Candidate candidate) throws DeploymentException {
    try {
      Path copy = copy(candidate);
      Bundle bundle = swap.install(LOCATION + name, copy);
      files.put(name, new Deployed(bundle, candidate.version(), candidate.checksum(), copy));
      return bundle;
    } catch (BundleException | IOException e) {
      throw new DeploymentException("it cannot be installed: " + e.getMessage(), e);
    }
  }

  private Path copy(Candidate candidate) throws IOException {
    Path copy = copies.resolve(candidate.name() + "-" + ++copyCount + ".jar");
    Files.copy(candidate.file().toPath(), copy, StandardCopyOption.REPLACE_EXISTING);
    return copy;
  }

  private void swap(String name, Deployed old, Candidate candidate) throws DeploymentException {
    replace(name, old, candidate, false);
    probation.end(old.bundle().getBundleId());
    Deployed now = files.get(name);
    logger.info("{} updated: {} to {}", name, name(old), now.version());
    org.bulkhead.framework.admin.Probation terms = supervision.probation(now.bundle());
    probation.begin(now.bundle().getBundleId(), terms.time(), terms.calls(), System.nanoTime());
  }

  private void replace(String name, Deployed old, Candidate candidate, boolean back)
      throws DeploymentException {
    if (!candidate.name().equals(old.bundle().getSymbolicName())) {
      throw new DeploymentException(
          "it holds "
              + candidate.name()
              + ", but this file is "
              + name(old)
              + "; deploy it under another file name");
    }
    List<String> missing = Requirements.missing(candidate, context);
    if (!missing.isEmpty()) {
      throw needs(candidate, missing);
    }
    if (!back && old.bundle().getState() == Bundle.ACTIVE) {
      succession.check(candidate, old.bundle());
    }
    try {
      Path copy = copy(candidate);
      Bundle bundle = swapped(name, old, candidate, copy, back);
      files.put(name, new Deployed(bundle, candidate.version(), candidate.checksum(), copy));
      earlier.keep(name, old.copy());
    } catch (IOException e) {
      throw new DeploymentException("it cannot be copied: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DeploymentException("interrupted while " + candidate + " was swapped in", e);
    }
  }

  /** Drivers are handed over; all else is stopped first, as two of it might not get along. */
  private Bundle swapped(String name, Deployed old, Candidate candidate, Path copy, boolean back)
      throws DeploymentException, InterruptedException {
    if (Handover.suits(old.bundle(), candidate)) {
      return handover.swap(old.bundle(), LOCATION + name + "#" + copyCount, copy, back);
    }
    try {
      swap.update(old.bundle(), copy);
      return old.bundle();
    } catch (BundleException | IOException e) {
      String now = putBack(old);
      throw new DeploymentException(
          candidate + " does not run (" + Problem.of(e) + "), and " + now, e);
    }
  }

  private String putBack(Deployed old) {
    try {
      swap.update(old.bundle(), old.copy());
      return name(old) + " was put back";
    } catch (BundleException | IOException e) {
      return name(old) + " could not be put back either (" + Problem.of(e) + ")";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return name(old) + " was not put back yet";
    }
  }

  /** Starts what is not running, also what waited for something that has come now. */
  private void startAll() {
    for (Entry<String, Deployed> entry : files.entrySet()) {
      Bundle bundle = entry.getValue().bundle();
      if (bundle.getState() == Bundle.INSTALLED || bundle.getState() == Bundle.RESOLVED) {
        start(entry.getKey(), bundle);
      }
    }
  }

  private void start(String name, Bundle bundle) {
    try {
      swap.start(bundle);
    } catch (BundleException e) {
      logger.warn("{} is installed but does not run: {}", name, reason(name, e));
    }
  }

  private String reason(String name, BundleException e) {
    if (e.getType() != BundleException.RESOLVE_ERROR) {
      return Problem.of(e);
    }
    try {
      List<String> missing = Requirements.missing(Candidate.read(new File(folder, name)), context);
      return missing.isEmpty()
          ? Problem.of(e)
          : "it waits for " + String.join(", ", missing) + ", which nothing here provides";
    } catch (DeploymentException changed) {
      return Problem.of(e);
    }
  }

  private static String name(Deployed deployed) {
    return deployed.bundle().getSymbolicName() + " " + deployed.version();
  }
}
