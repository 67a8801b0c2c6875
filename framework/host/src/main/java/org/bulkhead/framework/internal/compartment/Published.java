package org.bulkhead.framework.internal.compartment;

import java.util.Map;

/**
 * A device service as an incarnation offers it.
 *
 * @param type the service's interface
 * @param unit tells services of one type on one interface apart
 * @param service the driver's implementation
 * @param properties the driver's service properties
 */
public record Published(Class<?> type, String unit, Object service, Map<String, ?> properties) {

  /** As people see it. */
  public String label() {
    return type.getSimpleName() + " " + unit;
  }
}
