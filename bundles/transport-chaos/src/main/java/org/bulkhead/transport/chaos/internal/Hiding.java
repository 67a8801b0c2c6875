package org.bulkhead.transport.chaos.internal;

import java.util.Collection;
import java.util.Map;
import org.bulkhead.device.transport.Transport;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.hooks.service.EventListenerHook;
import org.osgi.framework.hooks.service.FindHook;
import org.osgi.framework.hooks.service.ListenerHook.ListenerInfo;

/**
 * Hides transports that are not decorated from everybody who looks for transports. Whoever knows
 * such an object by another interface of its own still finds it.
 */
final class Hiding implements FindHook, EventListenerHook {

  private static final String TYPE = Transport.class.getName();

  private final BundleContext own;

  Hiding(BundleContext own) {
    this.own = own;
  }

  @Override
  public void find(
      BundleContext asking,
      String name,
      String filter,
      boolean all,
      Collection<ServiceReference<?>> found) {
    if (asking.getBundle() != own.getBundle() && (TYPE.equals(name) || names(filter))) {
      found.removeIf(this::isHidden);
    }
  }

  @Override
  public void event(ServiceEvent event, Map<BundleContext, Collection<ListenerInfo>> listeners) {
    // Who has one from before is told of its end.
    if (event.getType() != ServiceEvent.UNREGISTERING && isHidden(event.getServiceReference())) {
      listeners.forEach(
          (listening, infos) -> {
            if (listening.getBundle() != own.getBundle()) {
              infos.removeIf(info -> names(info.getFilter()));
            }
          });
    }
  }

  private static boolean names(String filter) {
    return filter != null && filter.contains("=" + TYPE + ")");
  }

  private boolean isHidden(ServiceReference<?> reference) {
    if (reference.getBundle() == own.getBundle()) {
      return false;
    }
    for (String type : (String[]) reference.getProperty(Constants.OBJECTCLASS)) {
      if (type.equals(TYPE)) {
        return true;
      }
    }
    return false;
  }
}
