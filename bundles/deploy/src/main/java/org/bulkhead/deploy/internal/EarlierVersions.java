package org.bulkhead.deploy.internal;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.bulkhead.deploy.DeploymentException;
import org.osgi.framework.BundleContext;

/** The jar before the present one of each file in {@code deploy/}, kept in {@code var/earlier/}. */
final class EarlierVersions {

  /** At the end of the name of a jar that a rollback took out of use. */
  static final String REJECTED = ".rejected";

  private final Path folder;

  EarlierVersions(BundleContext context) throws IOException {
    folder =
        Files.createDirectories(
            Path.of(Optional.ofNullable(context.getProperty("bulkhead.var")).orElse("var"))
                .resolve("earlier"));
  }

  /** Takes a jar that is not used any more. */
  void keep(String name, Path jar) throws IOException {
    Files.move(jar, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  /** The jar before the present one. */
  File of(String name) throws DeploymentException {
    Path jar = folder.resolve(name);
    if (!Files.exists(jar)) {
      throw new DeploymentException(
          "there is no version of " + name + " before the one that runs: nothing to go back to");
    }
    return jar.toFile();
  }

  /**
   * Keeps a jar of the deploy folder beside its place. It stays there too, until the one before it
   * takes its place: seen without a jar, File Install would have what runs uninstalled.
   */
  void reject(File jar) throws DeploymentException {
    try {
      Files.copy(
          jar.toPath(),
          jar.toPath().resolveSibling(jar.getName() + REJECTED),
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new DeploymentException(
          "the earlier version runs, but "
              + jar
              + " cannot be set aside ("
              + e.getMessage()
              + "): the next start takes it again",
          e);
    }
  }

  void forget(String name) {
    try {
      Files.deleteIfExists(folder.resolve(name));
    } catch (IOException stays) {
      // Overwritten by the next update, and of no use to anybody before.
    }
  }
}
