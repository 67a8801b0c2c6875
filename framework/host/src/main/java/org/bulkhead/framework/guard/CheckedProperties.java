package org.bulkhead.framework.guard;

import java.util.List;
import java.util.Properties;
import org.bulkhead.framework.internal.weave.Inhabitants;
import org.bulkhead.framework.internal.weave.Violation;

/**
 * The system's properties as a driver gets them: a copy, of which the usual changes are checked and
 * made to the system's own, too. Whatever else may be done to it changes the copy alone.
 */
final class CheckedProperties extends Properties {

  private static final long serialVersionUID = 1L;

  private static final List<String> OURS =
      List.of(
          "bulkhead.",
          "org.osgi.",
          "org.apache.felix.",
          "felix.",
          "java.",
          "javax.",
          "jdk.",
          "sun.",
          "os.",
          "user.",
          "file.",
          "line.separator",
          "path.separator");

  CheckedProperties() {
    super.putAll(System.getProperties());
  }

  /** Refuses to touch what the gateway or Java itself goes by. */
  static void check(String call, Object key) {
    if (key instanceof String name && OURS.stream().anyMatch(name::startsWith)) {
      throw Inhabitants.violated(Violation.GLOBAL_STATE, call + "(\"" + name + "\")");
    }
  }

  @Override
  public synchronized Object put(Object key, Object value) {
    check("System.getProperties().put", key);
    super.put(key, value);
    return System.getProperties().put(key, value);
  }

  @Override
  public synchronized Object remove(Object key) {
    check("System.getProperties().remove", key);
    super.remove(key);
    return System.getProperties().remove(key);
  }

  @Override
  public synchronized void clear() {
    throw Inhabitants.violated(Violation.GLOBAL_STATE, "System.getProperties().clear");
  }
}
