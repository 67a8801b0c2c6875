package org.bulkhead.commands.internal;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;

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

  /**
   * Told of each service that is registered; it goes on being registered until it is taken back.
   */
  Consumer<Object> onRegister = service -> {};

  /** How many services are registered by the context now. */
  final AtomicInteger registered = new AtomicInteger();

  private ServiceRegistration<?> register(Object service) {
    registered.incrementAndGet();
    onRegister.accept(service);
    return proxy(
        ServiceRegistration.class,
        (self, method, args) -> {
          registered.decrementAndGet();
          return null;
        });
  }

  BundleContext context() {
    return proxy(
        BundleContext.class,
        (self, method, args) ->
            switch (method.getName()) {
              case "getServiceReferences" -> references((Class<?>) args[0]);
              case "getService" -> services.get(args[0]).service;
              case "registerService" -> register(args[1]);
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
