package org.bulkhead.itests.container;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The jars that the build put on the tests' class path. */
final class Jars {

  private Jars() {}

  /**
   * Looks a jar up.
   *
   * @param artifactId how its name begins
   * @throws IllegalStateException where it is not there as a jar: run the tests by {@code verify}
   */
  static Path of(String artifactId) {
    String classPath = System.getProperty("java.class.path");
    List<Path> found =
        Stream.of(classPath.split(File.pathSeparator))
            .map(Path::of)
            .filter(path -> path.getFileName().toString().matches(artifactId + "-\\d.*\\.jar"))
            .toList();
    if (found.size() != 1) {
      throw new IllegalStateException(
          "one jar of %s expected, not %s; mvn verify packs it. On the class path: %s"
              .formatted(artifactId, found, classPath));
    }
    return found.get(0);
  }

  /** As {@link #of}, as the URL that a bundle is installed from. */
  static String url(String artifactId) {
    return of(artifactId).toUri().toString();
  }
}
