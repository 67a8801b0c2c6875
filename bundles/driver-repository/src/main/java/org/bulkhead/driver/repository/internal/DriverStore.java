package org.bulkhead.driver.repository.internal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import org.bulkhead.deploy.Deployment;
import org.osgi.framework.BundleException;

/**
 * The drivers that have been fetched and found good, each under its digest. Nothing gets in that
 * was not checked whole, and nothing gets out whose digest is not right any more.
 */
final class DriverStore {

  private final Path folder;
  private final Deployment deployment;
  private final long maxBytes;

  /**
   * A store that keeps what is there from the last life.
   *
   * @param folder is made
   * @param deployment checks jars
   * @param maxBytes of one driver
   */
  DriverStore(Path folder, Deployment deployment, long maxBytes) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.deployment = deployment;
    this.maxBytes = maxBytes;
    delete("*.part");
  }

  /** Whether it is here. Whether it is unharmed is seen when it is opened. */
  boolean has(Offered driver) {
    return Files.isRegularFile(file(driver));
  }

  /** The jar, as a file that stays for as long as a repository offers it. */
  Path file(Offered driver) {
    return folder.resolve(driver.content().sha256() + ".jar");
  }

  /**
   * The jar's bytes.
   *
   * @throws IOException if it is not here, or was changed here; then it is fetched anew
   */
  InputStream open(Offered driver) throws IOException {
    byte[] jar = Files.readAllBytes(file(driver));
    Sha256 digest = new Sha256(OutputStream.nullOutputStream());
    digest.write(jar);
    if (!digest.hex().equals(driver.content().sha256())) {
      Files.delete(file(driver));
      throw new IOException("its copy in " + folder + " was changed; it is fetched anew");
    }
    return new ByteArrayInputStream(jar);
  }

  /**
   * Fetches a driver and checks it whole. Blocks.
   *
   * @throws IOException one line that says what is wrong with it
   */
  void fetch(Repository from, Offered driver, LongConsumer progress) throws IOException {
    Content content = driver.content();
    if (content.sizeBytes() > maxBytes) {
      throw new IOException(
          "it has " + content.sizeBytes() + " bytes, and " + maxBytes + " are allowed");
    }
    Path part = Files.createTempFile(folder, "", ".part");
    try {
      try (OutputStream file = Files.newOutputStream(part)) {
        Sha256 digest = new Sha256(file);
        from.fetch(content, digest, progress);
        check(content, digest);
      }
      check(driver, part);
      Files.move(part, file(driver), StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static void check(Content content, Sha256 came) throws IOException {
    if (came.bytes() != content.sizeBytes()) {
      throw new IOException(
          came.bytes() + " bytes came, and its index says " + content.sizeBytes());
    }
    if (!came.hex().equals(content.sha256())) {
      throw new IOException("its SHA-256 is not the one of its index");
    }
  }

  private void check(Offered driver, Path jar) throws IOException {
    List<String> problems = deployment.check(jar.toFile());
    if (!problems.isEmpty()) {
      throw new IOException(String.join("; ", problems));
    }
    try {
      List<Offered> really = Offered.of(JarFolder.resource(jar), resource -> driver.content());
      if (really.stream().noneMatch(driver::isSameBundleAndDriver)) {
        throw new IOException("the jar holds " + really + ", and not that driver in that version");
      }
    } catch (BundleException | IllegalArgumentException e) {
      throw new IOException("its manifest is wrong: " + IndexReader.oneLine(e), e);
    }
  }

  /** Forgets what no repository offers any more. */
  void keepOnly(Set<String> digests) throws IOException {
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(folder, "*.jar")) {
      for (Path jar : jars) {
        if (!digests.contains(jar.getFileName().toString().replace(".jar", ""))) {
          Files.deleteIfExists(jar);
        }
      }
    }
  }

  private void delete(String glob) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
  }
}
