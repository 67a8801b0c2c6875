package org.bulkhead.testkit.internal;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.bulkhead.device.contract.SessionProperties;
import org.bulkhead.framework.internal.session.Publisher;
import org.osgi.framework.ServiceFactory;

/** The service registry of a bench. */
public final class Offers implements Publisher {

  private record Key(Class<?> type, Object unit) {}

  private record Offer(Object service, Map<String, ?> properties) {}

  private final Map<Key, Offer> offers = new ConcurrentHashMap<>();

  @Override
  public Runnable publish(Class<?> type, Object service, Map<String, ?> properties) {
    Set<String> keys = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    if (!keys.addAll(properties.keySet()) || keys.size() < properties.size()) {
      // As the service registry of the container does.
      throw new IllegalArgumentException("keys that differ in case only: " + properties.keySet());
    }
    Key key = new Key(type, properties.get(SessionProperties.UNIT));
    if (offers.putIfAbsent(key, new Offer(service, properties)) != null) {
      throw new IllegalStateException(key + " is offered twice");
    }
    return () -> offers.remove(key);
  }

  /** A service, or null where it is not offered. */
  public Object service(Class<?> type, String unit) {
    Offer offer = offers.get(new Key(type, unit));
    if (offer == null) {
      return null;
    }
    // As the service registry does; the bench has no bundles.
    return offer.service() instanceof ServiceFactory<?> factory
        ? factory.getService(null, null)
        : offer.service();
  }

  /** The properties of a service that is offered. */
  public Map<String, ?> properties(Class<?> type, String unit) {
    return offers.get(new Key(type, unit)).properties();
  }

  /** Whether nothing is offered. */
  public boolean none() {
    return offers.isEmpty();
  }

  @Override
  public String toString() {
    return offers.keySet().toString();
  }
}
