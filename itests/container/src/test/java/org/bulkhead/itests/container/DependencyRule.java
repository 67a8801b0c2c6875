package org.bulkhead.itests.container;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.osgi.framework.Constants;

/**
 * What one bundle of the project exports, and on what it may depend beside Java and OSGi.
 *
 * @param exports exactly these packages
 * @param imports these packages, and with {@code .*} at the end those below
 */
record DependencyRule(Set<String> exports, Set<String> imports) {

  static DependencyRule exporting(String... packages) {
    return new DependencyRule(Set.of(packages), Set.of());
  }

  DependencyRule importing(String... packages) {
    return new DependencyRule(exports, Set.of(packages));
  }

  /** What breaks the rule, one line each. */
  List<String> violations(Manifest manifest) {
    Attributes headers = manifest.getMainAttributes();
    List<String> found = new ArrayList<>();
    Set<String> exported = packages(headers.getValue(Constants.EXPORT_PACKAGE));
    if (!exported.equals(exports)) {
      found.add("exports " + exported + ", which should be " + exports);
    }
    for (String imported : packages(headers.getValue(Constants.IMPORT_PACKAGE))) {
      if (isInternal(imported)) {
        found.add("imports " + imported + ", which is internal");
      } else if (!isAllowed(imported)) {
        found.add("imports " + imported + "; only " + imports + " and OSGi are for it");
      }
    }
    for (String header : List.of(Constants.REQUIRE_BUNDLE, Constants.DYNAMICIMPORT_PACKAGE)) {
      if (headers.getValue(header) != null) {
        found.add("has " + header + ": " + headers.getValue(header));
      }
    }
    return found;
  }

  private static boolean isInternal(String name) {
    return name.startsWith("org.bulkhead.") && (name + ".").contains(".internal.");
  }

  private boolean isAllowed(String name) {
    return name.startsWith("org.osgi.")
        || exports.contains(name)
        || imports.stream().anyMatch(allowed -> covers(allowed, name));
  }

  private static boolean covers(String allowed, String name) {
    return allowed.endsWith(".*")
        ? name.startsWith(allowed.substring(0, allowed.length() - 1))
        : name.equals(allowed);
  }

  /** The packages that a header lists. */
  private static Set<String> packages(String header) {
    Set<String> names = new TreeSet<>();
    if (header != null) {
      // Only attributes and directives are quoted, and only they have an equals sign.
      for (String clause : header.replaceAll("\"[^\"]*\"", "").split(",")) {
        Stream.of(clause.split(";")).filter(part -> !part.contains("=")).forEach(names::add);
      }
    }
    return names;
  }
}
