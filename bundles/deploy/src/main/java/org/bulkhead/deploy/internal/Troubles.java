package org.bulkhead.deploy.internal;

import java.util.function.Consumer;
import org.bulkhead.framework.admin.Gateway;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;

/** Has the gateway record what went wrong with drivers' bundles; happens seldom. */
final class Troubles {

  private final BundleContext context;

  Troubles(BundleContext context) {
    this.context = context;
  }

  void startFailed(Bundle bundle, BundleException why, String action) {
    tell(gateway -> gateway.startFailed(bundle, why, action));
  }

  void stopFailed(Bundle bundle, BundleException why, String action) {
    tell(gateway -> gateway.stopFailed(bundle, why, action));
  }

  private void tell(Consumer<Gateway> trouble) {
    ServiceReference<Gateway> reference = context.getServiceReference(Gateway.class);
    Gateway gateway = reference == null ? null : context.getService(reference);
    if (gateway != null) {
      try {
        trouble.accept(gateway);
      } finally {
        context.ungetService(reference);
      }
    }
  }
}
