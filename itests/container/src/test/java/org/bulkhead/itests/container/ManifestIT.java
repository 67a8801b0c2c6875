package org.bulkhead.itests.container;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may depend on whom, read from the manifests of all bundles of the project. */
class ManifestIT {

  private static final Path ROOT = Path.of("../..");

  private static final DependencyRule DRIVER =
      DependencyRule.exporting()
          .importing(
              "org.bulkhead.device.block",
              "org.bulkhead.device.contract",
              "org.bulkhead.device.driver",
              "org.bulkhead.device.input",
              "org.bulkhead.device.serial",
              "org.bulkhead.device.usb",
              "org.bulkhead.device.usb.descriptor");

  private static final DependencyRule APPLICATION =
      DependencyRule.exporting()
          .importing(
              "org.bulkhead.device.block",
              "org.bulkhead.device.contract",
              "org.bulkhead.device.input",
              "org.bulkhead.device.serial");

  private static final Map<String, DependencyRule> RULES =
      Map.ofEntries(
          entry(
              "org.bulkhead.device",
              DependencyRule.exporting(
                  "org.bulkhead.device.block",
                  "org.bulkhead.device.contract",
                  "org.bulkhead.device.driver",
                  "org.bulkhead.device.input",
                  "org.bulkhead.device.serial",
                  "org.bulkhead.device.transport",
                  "org.bulkhead.device.usb",
                  "org.bulkhead.device.usb.descriptor")),
          entry(
              "org.bulkhead.framework",
              DependencyRule.exporting(
                      "org.bulkhead.framework.admin", "org.bulkhead.framework.guard")
                  // The JDK's own, which alone knows what a thread has allocated.
                  .importing("org.bulkhead.device.*", "org.objectweb.asm", "com.sun.management")),
          entry("org.bulkhead.driver.cdcacm", DRIVER),
          entry("org.bulkhead.driver.ftdi", DRIVER),
          entry("org.bulkhead.driver.hid", DRIVER),
          entry("org.bulkhead.driver.massstorage", DRIVER),
          entry(
              "org.bulkhead.driver.repository",
              DependencyRule.exporting("org.bulkhead.driver.repository")
                  .importing(
                      "org.bulkhead.device.driver", "org.bulkhead.deploy", "javax.xml.stream")),
          entry(
              "org.bulkhead.transport.sim",
              DependencyRule.exporting("org.bulkhead.transport.sim")
                  .importing("org.bulkhead.device.*")),
          entry(
              "org.bulkhead.transport.chaos",
              DependencyRule.exporting("org.bulkhead.transport.chaos")
                  .importing("org.bulkhead.device.*")),
          entry(
              "org.bulkhead.transport.replay",
              DependencyRule.exporting("org.bulkhead.transport.replay")
                  .importing("org.bulkhead.device.*")),
          entry(
              "org.bulkhead.transport.libusb",
              DependencyRule.exporting().importing("org.bulkhead.device.*", "org.usb4java")),
          entry("org.bulkhead.usb4java", DependencyRule.exporting("org.usb4java")),
          entry("org.bulkhead.scanner", APPLICATION),
          entry("org.bulkhead.log", DependencyRule.exporting()),
          entry(
              "org.bulkhead.deploy",
              DependencyRule.exporting("org.bulkhead.deploy")
                  .importing(
                      "org.bulkhead.device.driver",
                      "org.bulkhead.framework.admin",
                      "org.apache.felix.fileinstall")),
          entry(
              "org.bulkhead.console",
              DependencyRule.exporting("org.bulkhead.console")
                  .importing(
                      "org.bulkhead.launcher.admin",
                      "org.apache.felix.gogo.runtime",
                      "org.apache.felix.service.command",
                      "org.jline.*")),
          entry(
              "org.bulkhead.commands",
              DependencyRule.exporting()
                  .importing(
                      "org.bulkhead.device.*",
                      "org.bulkhead.framework.admin",
                      "org.bulkhead.console",
                      "org.bulkhead.deploy",
                      "org.bulkhead.driver.repository",
                      "org.apache.felix.service.command",
                      "jakarta.json")));

  private static final Map<String, Manifest> MANIFESTS = new TreeMap<>();

  @BeforeAll
  static void readManifests() throws IOException {
    for (String folders : new String[] {".", "framework", "bundles"}) {
      try (DirectoryStream<Path> modules = Files.newDirectoryStream(ROOT.resolve(folders))) {
        for (Path module : modules) {
          read(module.resolve("target"));
        }
      }
    }
  }

  private static void read(Path target) throws IOException {
    if (!Files.isDirectory(target)) {
      return;
    }
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, "org.bulkhead.*.jar")) {
      for (Path path : jars) {
        try (JarFile jar = new JarFile(path.toFile())) {
          Manifest manifest = jar.getManifest();
          String name =
              manifest == null
                  ? null
                  : manifest.getMainAttributes().getValue("Bundle-SymbolicName");
          if (name != null) {
            MANIFESTS.put(name, manifest);
          }
        }
      }
    }
  }

  private static DependencyRule rule(String name) {
    return Objects.requireNonNull(RULES.get(name), () -> name + " has no rule here");
  }

  @Test
  void eachBundle_hasItsRule() {
    assertThat(MANIFESTS.keySet()).isEqualTo(new TreeMap<>(RULES).keySet());
  }

  @Test
  void eachBundle_dependsOnNothingElse() {
    assertThat(MANIFESTS)
        .allSatisfy((name, manifest) -> assertThat(RULES.get(name).violations(manifest)).isEmpty());
  }

  @Test
  void nameOfABundle_isItsRootPackage() {
    MANIFESTS.forEach(
        (name, manifest) ->
            assertThat(rule(name).exports())
                .allMatch(p -> p.equals("org.usb4java") || (p + ".").startsWith(name + ".")));
  }

  @Test
  void forbiddenImports_areFound() {
    assertThat(DRIVER.violations(importing("org.bulkhead.device.usb;version=\"[1.0,2)\"")))
        .isEmpty();
    assertThat(DRIVER.violations(importing("org.bulkhead.framework.admin"))).hasSize(1);
    assertThat(DRIVER.violations(importing("org.bulkhead.device.transport"))).hasSize(1);
    assertThat(DRIVER.violations(importing("org.usb4java,org.osgi.framework"))).hasSize(1);
    assertThat(DRIVER.violations(importing("org.bulkhead.framework.internal.usb")))
        .singleElement()
        .asString()
        .contains("internal");
    assertThat(RULES.get("org.bulkhead.transport.sim").violations(importing("org.usb4java")))
        .hasSize(2);
  }

  private static Manifest importing(String packages) {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().putValue("Import-Package", packages);
    return manifest;
  }
}
