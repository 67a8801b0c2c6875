package org.bulkhead.itests.container.probe;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Throws where the bundle's manifest says. */
public final class ProbeActivator implements BundleActivator {

  /** Header: {@code start} or {@code stop}. */
  public static final String HEADER = "Probe-Throws";

  @Override
  public void start(BundleContext context) {
    misbehave(context, "start");
  }

  @Override
  public void stop(BundleContext context) {
    misbehave(context, "stop");
  }

  private static void misbehave(BundleContext context, String place) {
    if (place.equals(context.getBundle().getHeaders("").get(HEADER))) {
      throw new IllegalStateException("probe: exception in " + place);
    }
  }
}
