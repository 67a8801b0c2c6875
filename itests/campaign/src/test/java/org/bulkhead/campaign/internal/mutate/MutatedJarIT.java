package org.bulkhead.campaign.internal.mutate;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The drivers of this build, mutated: the JVM's verifier accepts each class. */
class MutatedJarIT {

  private static final Path ROOT = Path.of(System.getProperty("campaign.root"));

  @TempDir Path folder;

  private static List<Path> drivers() throws IOException {
    try (Stream<Path> all = Files.walk(ROOT.resolve("bundles"), 3)) {
      List<Path> jars =
          all.filter(f -> f.getParent().endsWith("target"))
              .filter(f -> f.getFileName().toString().startsWith("org.bulkhead.driver."))
              .filter(f -> f.getFileName().toString().endsWith(".jar"))
              .filter(f -> !f.toString().contains("repository"))
              .toList();
      assertThat(jars).hasSizeGreaterThanOrEqualTo(4);
      return jars;
    }
  }

  @Test
  void mutatedClasses_passTheVerifier() throws Exception {
    for (Path driver : drivers()) {
      Path mutated = folder.resolve(driver.getFileName());
      MutatedJar.write(driver, mutated);
      URL[] urls = {mutated.toUri().toURL()};
      try (URLClassLoader loader = new OwnFirst(urls)) {
        for (String entry : MutatedJar.read(mutated).keySet()) {
          if (entry.endsWith(".class")) {
            String name = entry.substring(0, entry.length() - 6).replace('/', '.');
            assertThat(Class.forName(name, true, loader).getClassLoader()).isSameAs(loader);
          }
        }
      }
    }
  }

  @Test
  void eachOperator_isFoundInTheDrivers_andNumbersAreTheSameEachTime() throws Exception {
    Set<Operator> found = EnumSet.noneOf(Operator.class);
    for (Path driver : drivers()) {
      List<Point> points = MutatedJar.write(driver, folder.resolve("one.jar")).points();
      assertThat(MutatedJar.write(driver, folder.resolve("two.jar")).points()).isEqualTo(points);
      assertThat(points.stream().map(Point::id).distinct()).hasSameSizeAs(points);
      found.addAll(points.stream().map(Point::operator).collect(Collectors.toSet()));
      assertThat(points.size()).as(driver.getFileName().toString()).isGreaterThan(200);
    }
    assertThat(new ArrayList<>(found)).containsExactlyInAnyOrder(Operator.values());
  }

  @Test
  void eachDriver_saysWhereALifeOfItBegins() throws Exception {
    for (Path driver : drivers()) {
      Path mutated = folder.resolve(driver.getFileName());
      MutatedJar.write(driver, mutated);
      assertThat(MutatedJar.read(mutated).entrySet())
          .as(driver.getFileName().toString())
          .filteredOn(entry -> !entry.getKey().endsWith("/Mutant.class"))
          .anyMatch(entry -> new String(entry.getValue(), ISO_8859_1).contains("begins"));
    }
  }

  /** Finds what is in the jar there, and everything else where the tests are. */
  private static final class OwnFirst extends URLClassLoader {

    OwnFirst(URL[] urls) {
      super(urls, MutatedJarIT.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        if (loaded == null && findResource(name.replace('.', '/') + ".class") != null) {
          loaded = findClass(name);
        }
        return loaded != null ? loaded : super.loadClass(name, resolve);
      }
    }
  }
}
