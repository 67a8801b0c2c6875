package org.bulkhead.framework.internal.access;

import java.util.Hashtable;
import java.util.Map;
import org.osgi.framework.ServiceReference;

/**
 * A copy of a device's properties for a locator, who finds them whatever the case of their names,
 * as with a service reference.
 */
final class DeviceProperties extends Hashtable<String, Object> {

  private static final long serialVersionUID = 1;

  DeviceProperties(ServiceReference<?> device) {
    for (String key : device.getPropertyKeys()) {
      Object value = device.getProperty(key);
      if (value != null) {
        put(key, value);
      }
    }
  }

  @Override
  public synchronized Object get(Object name) {
    Object exact = super.get(name);
    if (exact == null && name instanceof String text) {
      for (Map.Entry<String, Object> each : entrySet()) {
        if (each.getKey().equalsIgnoreCase(text)) {
          return each.getValue();
        }
      }
    }
    return exact;
  }
}
