package org.bulkhead.framework.internal;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;

/**
 * Loads and initialises what the first device will need while other bundles start, which leaves a
 * processor idle: devices come all at once, and each of them would wait for the same classes.
 */
final class Warmup {

  private static final String SUFFIX = ".class";

  private Warmup() {}

  /** Begins on a thread of its own, where there is more than one processor. */
  static void begin(Bundle bundle, Runnable first) {
    if (Runtime.getRuntime().availableProcessors() > 1) {
      Thread thread =
          new Thread(
              () -> {
                first.run();
                loadAll(bundle);
              },
              "warm-up");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private static void loadAll(Bundle bundle) {
    BundleWiring wiring = bundle.adapt(BundleWiring.class);
    Collection<String> classes =
        wiring == null
            ? null
            : wiring.listResources(
                "/",
                "*" + SUFFIX,
                BundleWiring.LISTRESOURCES_LOCAL | BundleWiring.LISTRESOURCES_RECURSE);
    // Null of a framework that is stopped already.
    for (String path : Objects.requireNonNullElse(classes, List.<String>of())) {
      try {
        Class.forName(
            path.substring(0, path.length() - SUFFIX.length()).replace('/', '.'),
            true,
            Warmup.class.getClassLoader());
      } catch (ClassNotFoundException | LinkageError notNow) {
        // Whoever needs it says so.
      } catch (IllegalStateException uninstalled) {
        return;
      }
    }
  }
}
