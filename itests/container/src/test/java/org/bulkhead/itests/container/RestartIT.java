package org.bulkhead.itests.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bulkhead.itests.container.ContainerTest.eventually;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.OptionUtils;
import org.ops4j.pax.exam.options.ProvisionOption;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.BundleWiring;

/** The container itself is stopped and started: by its own hand, as no test inside it can be. */
class RestartIT {

  private static final int RESTARTS = 3;
  private static final String STICK =
      "(&(objectClass=org.bulkhead.device.block.BlockDevice)(bulkhead.location=sim-1))";

  @TempDir Path storage;

  private static Option[] features() {
    return options(
        ContainerTest.services(),
        ContainerTest.framework(),
        ContainerTest.simulatedBus(),
        ContainerTest.storageDriver(),
        ContainerTest.serialDriver());
  }

  @Test
  void frameworkRestart_leavesNothingAndBringsTheDevicesBack() throws Exception {
    Set<String> threads = threads();
    List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
    Framework felix =
        new FrameworkFactory()
            .newFramework(
                Map.of(
                    Constants.FRAMEWORK_STORAGE,
                    storage.toString(),
                    Constants.FRAMEWORK_STORAGE_CLEAN,
                    "onFirstInit",
                    "bulkhead.demo",
                    "true"));
    felix.init();
    for (ProvisionOption<?> jar : OptionUtils.filter(ProvisionOption.class, features())) {
      felix.getBundleContext().installBundle(jar.getURL());
    }

    for (int i = 0; i <= RESTARTS; i++) {
      felix.start();
      for (Bundle bundle : felix.getBundleContext().getBundles()) {
        if (i == 0) {
          bundle.start();
        }
      }
      readsABlock(felix.getBundleContext());
      for (Bundle bundle : felix.getBundleContext().getBundles()) {
        if (bundle.getBundleId() != 0) {
          loaders.add(new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader()));
        }
      }
      assertThat(threads()).contains("device-manager", "supervisor-#", "bulkhead-sim-bus");

      felix.stop();
      assertThat(felix.waitForStop(TimeUnit.SECONDS.toMillis(20)).getType())
          .isEqualTo(FrameworkEvent.STOPPED);
      eventually("no thread but those before")
          .untilAsserted(() -> assertThat(threads()).isSubsetOf(threads));
    }

    // A record's equals leaves its class in a cache of the JDK's that holds one; so one life of the
    // framework, and of what it imports, may still be there. More would be a leak.
    eventually("the collection of the bundles' classes")
        .untilAsserted(
            () ->
                assertThat(alive(loaders))
                    .doesNotHaveDuplicates()
                    .noneMatch(name -> name.matches("org.bulkhead.(driver|transport).*")));
  }

  private static List<String> alive(List<WeakReference<ClassLoader>> loaders) {
    System.gc();
    return loaders.stream()
        .map(WeakReference::get)
        .filter(Objects::nonNull)
        .map(String::valueOf)
        .toList();
  }

  /** Through reflection, as the classes of bundles are not those of the test. */
  private static void readsABlock(BundleContext context) throws Exception {
    var reference =
        eventually("the demo's stick")
            .until(() -> context.getAllServiceReferences(null, STICK), r -> r != null)[0];
    Object session = context.getService(reference);
    Object geometry = session.getClass().getMethod("geometry").invoke(session);
    assertThat(geometry).hasToString("BlockGeometry[blockSizeBytes=512, blockCount=65536]");
  }

  private static Set<String> threads() {
    Set<String> names = new TreeSet<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      // Felix's own resolver keeps idle threads for a minute, past its end.
      if (!thread.getName().matches("awaitility.*|FelixResolver.*")) {
        names.add(thread.getName().replaceAll("\\d+", "#"));
      }
    }
    return names;
  }
}
