package org.bulkhead.benchmarks.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/**
 * An unpacked gateway, and beside it the same bundles without what ours do: their components are
 * taken out of the manifests, so that they are installed, resolved and started, and nothing more.
 */
final class Installed {

  private static final String COMPONENTS = "Service-Component";

  private final Path folder;
  private final Path home;
  private final Path probed;

  Installed(Path archive, Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    home = unpack(archive, folder.resolve("unpacked"));
    probed = unpack(archive, folder.resolve("probed"));
    for (Path level : sorted(home.resolve("system"))) {
      copies(level, folder.resolve("bare").resolve(level.getFileName()));
    }
    copies(home.resolve("deploy"), folder.resolve("bare/60-deploy"));
    Files.move(jar(BareFelix.class, "bare", Map.of()), folder.resolve("bare.jar"));
    Files.move(
        jar(
            Probe.class,
            "probe",
            Map.of(
                "Bundle-ManifestVersion",
                "2",
                "Bundle-SymbolicName",
                "probe",
                "Bundle-Activator",
                Probe.class.getName(),
                "Import-Package",
                "org.bulkhead.transport.sim,org.osgi.framework,org.osgi.util.tracker")),
        probed.resolve("deploy/probe.jar"));
  }

  private static Path unpack(Path archive, Path to) throws IOException, InterruptedException {
    Files.createDirectories(to);
    Process tar =
        new ProcessBuilder("tar", "xzf", archive.toString(), "-C", to.toString())
            .inheritIO()
            .start();
    if (tar.waitFor() != 0) {
      throw new IOException("tar cannot unpack " + archive);
    }
    return sorted(to).get(0);
  }

  private static Path jar(Class<?> type, String name, Map<String, String> headers)
      throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    headers.forEach(manifest.getMainAttributes()::putValue);
    String path = type.getName().replace('.', '/') + ".class";
    Path jar = Files.createTempFile(name, ".jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      out.putNextEntry(new JarEntry(path));
      try (InputStream in = type.getClassLoader().getResourceAsStream(path)) {
        in.transferTo(out);
      }
    }
    return jar;
  }

  private static void copies(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    for (Path jar : sorted(from)) {
      if (jar.toString().endsWith(".jar")) {
        copy(jar, to.resolve(jar.getFileName()));
      }
    }
  }

  private static void copy(Path jar, Path to) throws IOException {
    if (!jar.getFileName().toString().startsWith("org.bulkhead.")) {
      Files.copy(jar, to);
      return;
    }
    try (JarFile from = new JarFile(jar.toFile())) {
      Manifest manifest = new Manifest(from.getManifest());
      manifest.getMainAttributes().remove(new Attributes.Name(COMPONENTS));
      try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(to), manifest)) {
        for (JarEntry entry : from.stream().toList()) {
          if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
            out.putNextEntry(new JarEntry(entry.getName()));
            try (InputStream in = from.getInputStream(entry)) {
              in.transferTo(out);
            }
          }
        }
      }
    }
  }

  int bundles() throws IOException {
    try (Stream<Path> jars = Files.walk(folder.resolve("bare"))) {
      return (int) jars.filter(jar -> jar.toString().endsWith(".jar")).count();
    }
  }

  private Path var(String name) throws IOException {
    return Files.createDirectories(folder.resolve("var-" + name));
  }

  private Map<String, String> environment(String var, String options) throws IOException {
    return new TreeMap<>(
        Map.of(
            "BULKHEAD_VAR",
            var(var).toString(),
            "BULKHEAD_JAVA_OPTS",
            options,
            "JAVA_HOME",
            System.getProperty("java.home")));
  }

  /**
   * Starts the gateway with simulated devices.
   *
   * @param var which folder to write to: one with an archive of classes, or one without
   */
  Running gateway(String var, String options) throws IOException {
    Files.deleteIfExists(log(var));
    String program = home.resolve("bin/bulkhead").toString();
    return new Running(List.of(program, "run", "--demo", "--no-shell"), environment(var, options));
  }

  /** Starts the gateway with nothing but the probe. */
  Running probed(String var, String options) throws IOException {
    Files.deleteIfExists(log(var));
    String program = probed.resolve("bin/bulkhead").toString();
    return new Running(List.of(program, "run", "--no-shell"), environment(var, options));
  }

  Path log(String var) throws IOException {
    return var(var).resolve("log/gateway.log");
  }

  /** Has the gateway make its archive of classes. */
  void archive(String var) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(home.resolve("bin/bulkhead").toString(), "archive").inheritIO();
    builder.environment().putAll(environment(var, ""));
    if (builder.start().waitFor() != 0) {
      throw new IOException("bulkhead archive failed");
    }
  }

  /** Starts the bare one with the gateway's own options and class path. */
  Running bare(String... more) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + home.resolve("etc/jvm.options"));
    if (Runtime.version().feature() >= 24) {
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(List.of(more));
    command.addAll(
        List.of(
            "-Djava.io.tmpdir=" + var("bare"),
            "-cp",
            home.resolve("lib") + "/*:" + folder.resolve("bare.jar"),
            BareFelix.class.getName(),
            folder.resolve("bare").toString(),
            var("bare").resolve("cache").toString()));
    return new Running(command, Map.of());
  }

  private static List<Path> sorted(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted(Comparator.naturalOrder()).toList();
    }
  }
}
