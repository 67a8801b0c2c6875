package org.bulkhead.campaign.internal.parent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bulkhead.campaign.internal.mutate.MutatedJar;
import org.bulkhead.campaign.internal.mutate.Point;
import org.bulkhead.campaign.internal.mutate.WitnessJar;
import org.bulkhead.campaign.internal.plan.Subject;

/**
 * The gateway as people unpack it, made ready for a campaign: its drivers mutated, chaos between
 * them and simulated devices, short deadlines.
 */
public final class Installation {

  /** The drivers, with what becomes of them. */
  public static final Map<String, Subject> DRIVERS = drivers();

  private final Path home;
  private final Map<String, List<Point>> points = new LinkedHashMap<>();

  private Installation(Path home) {
    this.home = home;
  }

  private static Map<String, Subject> drivers() {
    Map<String, Subject> drivers = new LinkedHashMap<>();
    drivers.put("org.bulkhead.driver.massstorage", new Subject(List.of(0x81, 0x02), 10));
    drivers.put("org.bulkhead.driver.ftdi", new Subject(List.of(0, 0x81, 0x02), 15));
    drivers.put("org.bulkhead.driver.cdcacm", new Subject(List.of(0, 0x81, 0x82, 0x02), 57));
    drivers.put("org.bulkhead.driver.hid", new Subject(List.of(0, 0x81), 18));
    return drivers;
  }

  /**
   * Unpacks and prepares.
   *
   * @param root of the project, built
   * @param work an own folder; what is in it is replaced
   */
  public static Installation prepare(Path root, Path work, Options options)
      throws IOException, InterruptedException {
    RunFolders.delete(work);
    Files.createDirectories(work);
    Path archive = only(root.resolve("distribution/target"), "bulkhead-gateway-", ".tar.gz");
    Process unpacking =
        new ProcessBuilder("tar", "xzf", archive.toString(), "-C", work.toString())
            .inheritIO()
            .start();
    if (unpacking.waitFor() != 0) {
      throw new IOException(archive + " cannot be unpacked");
    }
    Installation made = new Installation(only(work, "bulkhead-gateway-", ""));
    made.deploy(root);
    made.configure(options);
    return made;
  }

  private void deploy(Path root) throws IOException {
    Path deploy = home.resolve("deploy");
    for (String driver : DRIVERS.keySet()) {
      Path jar = deploy.resolve(driver + ".jar");
      Path original = home.resolve(driver + ".original");
      Files.move(jar, original);
      points.put(driver, MutatedJar.write(original, jar).points());
    }
    WitnessJar.write(
        home.resolve("org.bulkhead.driver.massstorage.original"),
        deploy.resolve("org.bulkhead.driver.massstorage.witness.jar"),
        "mass-storage",
        "class 08/06/50",
        "1209:0005");
    Files.delete(deploy.resolve("org.bulkhead.transport.libusb.jar"));
    // Before the transports, so that the framework never sees one without chaos.
    Path before = Files.createDirectories(home.resolve("system/35-chaos"));
    copy(root.resolve("bundles/transport-chaos/target"), "org.bulkhead.transport.chaos", before);
    copy(root.resolve("itests/campaign/target"), "org.bulkhead.campaign", deploy);
  }

  private static void copy(Path folder, String name, Path to) throws IOException {
    Files.copy(
        only(folder, name, ".jar"), to.resolve(name + ".jar"), StandardCopyOption.REPLACE_EXISTING);
  }

  private void configure(Options options) throws IOException {
    Map<String, Object> settings = new LinkedHashMap<>();
    int deadline = options.callDeadlineMillis();
    settings.put("callDeadlineMillis", options.control() ? Integer.MAX_VALUE : deadline);
    settings.put("attachDeadlineMillis", options.control() ? Integer.MAX_VALUE : deadline * 2);
    settings.put("detachDeadlineMillis", deadline);
    settings.put("restartIntensity", options.control() ? 0 : 5);
    settings.put("restartPeriodSeconds", 60);
    if (!options.shipped()) {
      settings.put("backoffMillis", 1);
      settings.put("backoffMaxMillis", 5);
    }
    settings.put("sessionPatienceMillis", 2_000);
    settings.put("weaving", !options.control());
    edit("etc/org.bulkhead.framework.cfg", settings);
    edit("etc/org.bulkhead.driver.repository.cfg", Map.of("onDemand", false));
    // What is wrong with drivers is what this is about; a line for each fault would fill the disk.
    edit("etc/org.osgi.service.log.admin.cfg", Map.of("ROOT", "ERROR", "driver", "AUDIT"));
  }

  private void edit(String file, Map<String, Object> settings) throws IOException {
    List<String> lines = new ArrayList<>(Files.readAllLines(home.resolve(file)));
    lines.removeIf(line -> settings.keySet().stream().anyMatch(k -> line.startsWith(k + " =")));
    settings.forEach((name, value) -> lines.add(name + " = " + value));
    Files.write(home.resolve(file), lines);
  }

  private static Path only(Path folder, String prefix, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(
              file ->
                  file.getFileName().toString().startsWith(prefix)
                      && file.getFileName().toString().endsWith(suffix))
          .findFirst()
          .orElseThrow(
              () -> new IOException("there is no " + prefix + "*" + suffix + " in " + folder));
    }
  }

  /** The gateway's folder. */
  public Path home() {
    return home;
  }

  /** Where each driver can be made to err. */
  public Map<String, List<Point>> points() {
    return points;
  }
}
