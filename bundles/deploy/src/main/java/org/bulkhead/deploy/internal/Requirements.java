package org.bulkhead.deploy.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.felix.utils.resource.RequirementImpl;
import org.apache.felix.utils.resource.ResourceBuilder;
import org.apache.felix.utils.resource.ResourceImpl;
import org.bulkhead.deploy.DeploymentException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.resource.Capability;
import org.osgi.resource.Requirement;
import org.osgi.resource.Resource;

/**
 * What a jar requires and the installed bundles do not provide.
 *
 * <p>A trial installation would tell too, but a second bundle of the same name and version cannot
 * be installed, and a trial must not disturb what runs. So each mandatory requirement is compared
 * with what the other bundles declare. Conflicts between consistent choices ({@code uses}) show
 * only when the bundle is swapped, and then the old one is put back.
 */
final class Requirements {

  private Requirements() {}

  /** One entry per missing requirement, such as {@code package org.example [1.0,2.0)}. */
  static List<String> missing(Candidate candidate, BundleContext context)
      throws DeploymentException {
    Resource resource = parse(candidate);
    List<String> missing = new ArrayList<>();
    for (Requirement need : resource.getRequirements(null)) {
      if (isMandatory(need) && !isProvided((RequirementImpl) need, resource, candidate, context)) {
        missing.add(describe(need));
      }
    }
    return missing;
  }

  /** What its manifest says. */
  static ResourceImpl parse(Candidate candidate) throws DeploymentException {
    try {
      return ResourceBuilder.build(candidate.file().toURI().toString(), candidate.headers());
    } catch (BundleException | IllegalArgumentException e) {
      throw new DeploymentException("its manifest is wrong: " + e.getMessage(), e);
    }
  }

  private static boolean isMandatory(Requirement need) {
    String effective = need.getDirectives().get(Constants.EFFECTIVE_DIRECTIVE);
    String resolution = need.getDirectives().get(Constants.RESOLUTION_DIRECTIVE);
    return (resolution == null || resolution.equals(Constants.RESOLUTION_MANDATORY))
        && (effective == null || effective.equals(Constants.EFFECTIVE_RESOLVE));
  }

  private static boolean isProvided(
      RequirementImpl need, Resource itself, Candidate candidate, BundleContext context) {
    Stream<Capability> own = itself.getCapabilities(need.getNamespace()).stream();
    Stream<Capability> others =
        Stream.of(context.getBundles())
            .filter(bundle -> !candidate.name().equals(bundle.getSymbolicName()))
            .filter(bundle -> bundle.getState() != Bundle.UNINSTALLED)
            .flatMap(bundle -> capabilities(bundle, need.getNamespace()));
    return Stream.concat(own, others).anyMatch(need::matches);
  }

  private static Stream<Capability> capabilities(Bundle bundle, String namespace) {
    BundleRevision revision = bundle.adapt(BundleRevision.class);
    return revision == null
        ? Stream.empty()
        : revision.getDeclaredCapabilities(namespace).stream().map(c -> (Capability) c);
  }

  private static String describe(Requirement need) {
    String filter = need.getDirectives().getOrDefault(Constants.FILTER_DIRECTIVE, "");
    if (!need.getNamespace().equals(PackageNamespace.PACKAGE_NAMESPACE)) {
      return need.getNamespace() + " " + filter;
    }
    String name = filter.replaceFirst(".*osgi\\.wiring\\.package=([^)]+)\\).*", "$1");
    String from = filter.replaceFirst(".*[^!]\\(version>=([^)]+)\\).*", "$1");
    String to = filter.replaceFirst(".*\\(!\\(version>=([^)]+)\\)\\).*", "$1");
    boolean range = !from.equals(filter) && !to.equals(filter);
    return "package " + name + (range ? " [" + from + "," + to + ")" : "");
  }
}
