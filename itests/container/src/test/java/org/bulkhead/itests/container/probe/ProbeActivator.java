package org.bulkhead.itests.container.probe;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Does wrong where and how the bundle's manifest says. */
public final class ProbeActivator implements BundleActivator {

  /** Header: {@code start} or {@code stop}, and what: {@code start exception}. */
  public static final String HEADER = "Probe-Activator";

  @Override
  public void start(BundleContext context) throws Exception {
    misbehave(context, "start");
  }

  @Override
  public void stop(BundleContext context) throws Exception {
    misbehave(context, "stop");
  }

  private static void misbehave(BundleContext context, String place) throws Exception {
    String[] said = context.getBundle().getHeaders("").get(HEADER).split(" ");
    if (said[0].equals(place)) {
      ProbeDriver.misbehave(place, said[1]);
    }
  }
}
