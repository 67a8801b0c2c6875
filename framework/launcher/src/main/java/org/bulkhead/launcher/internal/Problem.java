package org.bulkhead.launcher.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/** Says in one line why a bundle does not run. */
final class Problem {

  private Problem() {}

  /**
   * Tries to start the bundle once more and describes what is wrong, if something is.
   *
   * @param installed all bundles, which may have what this one needs
   */
  static Optional<String> of(Bundle bundle, List<Bundle> installed) {
    try {
      bundle.start(Bundle.START_TRANSIENT | Bundle.START_ACTIVATION_POLICY);
      return Optional.empty();
    } catch (BundleException e) {
      return Optional.of(name(bundle) + " does not run: " + reason(bundle, installed, e));
    }
  }

  private static String name(Bundle bundle) {
    return bundle.getSymbolicName() + " " + bundle.getVersion();
  }

  private static String reason(Bundle bundle, List<Bundle> installed, BundleException e) {
    if (e.getType() != BundleException.RESOLVE_ERROR) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return "it failed to start: " + cause;
    }
    List<String> missing = missing(bundle, installed);
    if (missing.isEmpty()) {
      missing = idleProviders(bundle, installed);
    }
    return missing.isEmpty() ? e.getMessage() : "it needs " + String.join(", ", missing);
  }

  /** The bundles that have what this one needs, and do not run themselves. */
  private static List<String> idleProviders(Bundle bundle, List<Bundle> installed) {
    List<BundleRequirement> needs =
        bundle.adapt(BundleRevision.class).getDeclaredRequirements(null).stream()
            .filter(Problem::isMandatory)
            .toList();
    return installed.stream()
        .filter(other -> other.getState() == Bundle.INSTALLED && !other.equals(bundle))
        .filter(other -> needs.stream().anyMatch(need -> isProvided(need, List.of(other))))
        .map(other -> name(other) + ", which does not run either")
        .toList();
  }

  private static List<String> missing(Bundle bundle, List<Bundle> installed) {
    List<String> missing = new ArrayList<>();
    for (BundleRequirement need :
        bundle.adapt(BundleRevision.class).getDeclaredRequirements(null)) {
      if (isMandatory(need) && !isProvided(need, installed)) {
        missing.add(describe(need));
      }
    }
    return missing;
  }

  private static boolean isMandatory(BundleRequirement need) {
    String effective = need.getDirectives().get(Constants.EFFECTIVE_DIRECTIVE);
    return !Constants.RESOLUTION_OPTIONAL.equals(
            need.getDirectives().get(Constants.RESOLUTION_DIRECTIVE))
        && (effective == null || effective.equals(Constants.EFFECTIVE_RESOLVE));
  }

  private static boolean isProvided(BundleRequirement need, List<Bundle> installed) {
    return installed.stream()
        .map(bundle -> bundle.adapt(BundleRevision.class))
        .flatMap(revision -> revision.getDeclaredCapabilities(need.getNamespace()).stream())
        .anyMatch(need::matches);
  }

  private static String describe(BundleRequirement need) {
    String filter = need.getDirectives().getOrDefault(Constants.FILTER_DIRECTIVE, "");
    if (need.getNamespace().equals(PackageNamespace.PACKAGE_NAMESPACE)) {
      return "package " + filter.replaceFirst(".*osgi\\.wiring\\.package=([^)]+)\\).*", "$1");
    }
    return need.getNamespace() + filter;
  }
}
