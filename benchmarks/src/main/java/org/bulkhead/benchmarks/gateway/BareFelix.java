package org.bulkhead.benchmarks.gateway;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.BundleRevision;

/**
 * Felix as anybody embeds it, with a folder of bundles for each start level: what the gateway's
 * start is compared with. Says when the last start level is reached, and ends with its input.
 */
public final class BareFelix {

  private BareFelix() {}

  /**
   * Runs it.
   *
   * @param args the folder of folders, and one for the cache
   * @throws Exception where it does not start
   */
  public static void main(String[] args) throws Exception {
    Map<String, String> map = new HashMap<>();
    map.put(Constants.FRAMEWORK_STORAGE, args[1]);
    map.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
    map.put(Constants.FRAMEWORK_BEGINNING_STARTLEVEL, "100");
    map.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, "org.bulkhead.launcher.admin;version=1.0.0");
    map.put("felix.fileinstall.dir", args[1] + "-watched");
    Framework framework = new FrameworkFactory().newFramework(map);
    framework.init();
    for (Path folder : sorted(Path.of(args[0]))) {
      int level = Integer.parseInt(folder.getFileName().toString().replaceAll("\\D.*", ""));
      for (Path jar : sorted(folder)) {
        Bundle bundle =
            framework.getBundleContext().installBundle("reference:" + jar.toUri().toURL());
        bundle.adapt(BundleStartLevel.class).setStartLevel(level);
        if ((bundle.adapt(BundleRevision.class).getTypes() & BundleRevision.TYPE_FRAGMENT) == 0) {
          bundle.start(Bundle.START_ACTIVATION_POLICY);
        }
      }
    }
    framework.start();
    long now = System.currentTimeMillis();
    long active =
        Stream.of(framework.getBundleContext().getBundles())
            .filter(bundle -> bundle.getState() == Bundle.ACTIVE)
            .count();
    System.out.println("up " + now + " " + active);
    while (System.in.read() >= 0) {
      // Until the end of the input.
    }
    framework.stop();
    framework.waitForStop(0);
    System.exit(0);
  }

  private static List<Path> sorted(Path folder) throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }
}
