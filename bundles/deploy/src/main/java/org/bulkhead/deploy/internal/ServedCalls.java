package org.bulkhead.deploy.internal;

import java.util.function.LongUnaryOperator;
import org.bulkhead.framework.admin.CompartmentInfo;
import org.bulkhead.framework.admin.Gateway;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** How many calls the drivers of a bundle have served; asked seldom, so nothing is kept. */
final class ServedCalls implements LongUnaryOperator {

  private final BundleContext context;

  ServedCalls(BundleContext context) {
    this.context = context;
  }

  @Override
  public long applyAsLong(long bundleId) {
    ServiceReference<Gateway> reference = context.getServiceReference(Gateway.class);
    Gateway gateway = reference == null ? null : context.getService(reference);
    if (gateway == null) {
      return 0;
    }
    try {
      return gateway.drivers().stream()
          .filter(driver -> driver.bundleId() == bundleId)
          .flatMap(driver -> driver.compartments().stream())
          .mapToLong(CompartmentInfo::calls)
          .sum();
    } finally {
      context.ungetService(reference);
    }
  }
}
