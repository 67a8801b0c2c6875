package org.bulkhead.itests.rig;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** The distribution as the build leaves it, and other versions of the jars in it. */
final class Distribution {

  private static final Path FOLDER = Path.of("../../distribution/target");

  private Distribution() {}

  /** Returns the archive if it was built. */
  static Optional<Path> archive() throws IOException {
    if (!Files.isDirectory(FOLDER)) {
      return Optional.empty();
    }
    try (DirectoryStream<Path> archives =
        Files.newDirectoryStream(FOLDER, "bulkhead-gateway-*.tar.gz")) {
      Iterator<Path> found = archives.iterator();
      return found.hasNext() ? Optional.of(found.next()) : Optional.empty();
    }
  }

  /** Writes the archive's {@code deploy/<name>} with another version into a folder. */
  static Path withVersion(String name, String version, Path folder)
      throws IOException, InterruptedException {
    Path original = extract(name, folder);
    Path changed = folder.resolve(version + "-" + name);
    try (JarInputStream in = new JarInputStream(Files.newInputStream(original))) {
      Manifest manifest = in.getManifest();
      manifest.getMainAttributes().putValue("Bundle-Version", version);
      try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(changed), manifest)) {
        for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
          out.putNextEntry(new JarEntry(entry.getName()));
          in.transferTo(out);
        }
      }
    }
    return changed;
  }

  private static Path extract(String name, Path folder) throws IOException, InterruptedException {
    Process tar =
        new ProcessBuilder(
                "tar",
                "-xzOf",
                archive().orElseThrow().toString(),
                "--wildcards",
                "*/deploy/" + name)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    Path file = folder.resolve(name);
    try (InputStream content = tar.getInputStream()) {
      Files.copy(content, file);
    }
    if (tar.waitFor() != 0) {
      throw new IOException("the distribution has no deploy/" + name);
    }
    return file;
  }
}
