package org.bulkhead.driver.repository.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bulkhead.device.driver.MatchRule;
import org.bulkhead.device.driver.MatchesUsb;
import org.osgi.framework.Version;
import org.osgi.framework.namespace.IdentityNamespace;
import org.osgi.resource.Capability;
import org.osgi.resource.Resource;

/**
 * A driver in a repository.
 *
 * @param driver its name
 * @param rules what it matches
 * @param symbolicName its bundle
 * @param version its bundle's version
 * @param content the jar
 */
record Offered(
    String driver, List<MatchRule> rules, String symbolicName, Version version, Content content) {

  /** Names become parts of log lines and bundle locations. */
  private static final String NAME = "[A-Za-z0-9_.-]{1,100}";

  /**
   * The drivers of a bundle.
   *
   * @throws IllegalArgumentException says what is wrong with its capabilities
   */
  static List<Offered> of(Resource bundle, Function<Resource, Content> content) {
    List<Capability> drivers = bundle.getCapabilities(MatchesUsb.NAMESPACE);
    if (drivers.isEmpty()) {
      return List.of();
    }
    Map<String, Object> identity = only(bundle, IdentityNamespace.IDENTITY_NAMESPACE);
    String name = name(identity.get(IdentityNamespace.IDENTITY_NAMESPACE), "symbolic name");
    Version version =
        Version.parseVersion(
            String.valueOf(
                identity.getOrDefault(IdentityNamespace.CAPABILITY_VERSION_ATTRIBUTE, "0")));
    Content jar = content.apply(bundle);
    List<Offered> all = new ArrayList<>();
    for (Capability driver : drivers) {
      Map<String, Object> attributes = driver.getAttributes();
      all.add(
          new Offered(
              name(attributes.get("driver"), "driver"),
              rules(attributes.get("matches")),
              name,
              version,
              jar));
    }
    return all;
  }

  static Map<String, Object> only(Resource resource, String namespace) {
    List<Capability> all = resource.getCapabilities(namespace);
    if (all.size() != 1) {
      throw new IllegalArgumentException(all.size() + " capabilities of " + namespace);
    }
    return all.get(0).getAttributes();
  }

  private static String name(Object value, String what) {
    if (!(value instanceof String text) || !text.matches(NAME)) {
      throw new IllegalArgumentException("the " + what + " \"" + value + "\"");
    }
    return text;
  }

  private static List<MatchRule> rules(Object matches) {
    Stream<?> texts = matches instanceof List<?> list ? list.stream() : Stream.of(matches);
    return texts.map(text -> MatchRule.parse(String.valueOf(text))).toList();
  }

  /** How well it fits a device. */
  int match(Function<String, Object> properties) {
    return rules.stream()
        .mapToInt(rule -> rule.match(properties))
        .max()
        .orElse(MatchRule.MATCH_NONE);
  }

  /** Whether a jar that came is the one that was offered. */
  boolean isSameBundleAndDriver(Offered came) {
    return driver.equals(came.driver)
        && symbolicName.equals(came.symbolicName)
        && version.equals(came.version);
  }

  @Override
  public String toString() {
    return driver + " " + version;
  }
}
