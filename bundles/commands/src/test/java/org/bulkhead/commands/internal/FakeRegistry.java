package org.bulkhead.commands.internal;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** A service registry that can be searched by class. */
final class FakeRegistry {

  private record Entry(Class<?> type, Object service) {}

  private final Map<ServiceReference<?>, Entry> services = new LinkedHashMap<>();

  <S> void add(Class<S> type, S service, Map<String, Object> properties) {
    ServiceReference<?> reference =
        proxy(
            ServiceReference.class,
            (self, method, args) ->
                switch (method.getName()) {
                  case "getProperty" -> properties.get(args[0]);
                  case "hashCode" -> System.identityHashCode(self);
                  case "equals" -> self == args[0];
                  default -> throw new UnsupportedOperationException(method.getName());
                });
    services.put(reference, new Entry(type, service));
  }

  BundleContext context() {
    return proxy(
        BundleContext.class,
        (self, method, args) ->
            switch (method.getName()) {
              case "getServiceReferences" -> references((Class<?>) args[0]);
              case "getService" -> services.get(args[0]).service;
              case "ungetService" -> true;
              default -> throw new UnsupportedOperationException(method.getName());
            });
  }

  private List<ServiceReference<?>> references(Class<?> type) {
    List<ServiceReference<?>> found = new ArrayList<>(services.keySet());
    found.removeIf(reference -> services.get(reference).type != type);
    return found;
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            FakeRegistry.class.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
