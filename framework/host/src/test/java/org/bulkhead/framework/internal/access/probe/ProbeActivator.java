package org.bulkhead.framework.internal.access.probe;

import java.util.Hashtable;
import java.util.concurrent.CountDownLatch;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.device.Driver;

/** A driver bundle that a locator hands out; its manifest says how it behaves. */
public final class ProbeActivator implements BundleActivator, Driver {

  /** Manifest header: the id of the driver that it registers. */
  public static final String ID = "Probe-Driver";

  /** Manifest header: its match value. */
  public static final String MATCH = "Probe-Match";

  /** Manifest header: the driver that attach refers to. */
  public static final String REFERRAL = "Probe-Referral";

  /** Manifest header: {@code hangs}, {@code throws} or {@code hangs-stopping}. */
  public static final String BEHAVIOUR = "Probe-Behaviour";

  private BundleContext context;

  /** Made by the framework. */
  public ProbeActivator() {}

  private String header(String name) {
    return context.getBundle().getHeaders("").get(name);
  }

  @Override
  public void start(BundleContext given) throws Exception {
    context = given;
    String behaviour = String.valueOf(header(BEHAVIOUR));
    if (behaviour.equals("throws")) {
      throw new BundleException("probe: start");
    }
    if (behaviour.equals("hangs")) {
      new CountDownLatch(1).await();
    }
    if (header(ID) != null) {
      Hashtable<String, Object> properties = new Hashtable<>();
      properties.put("DRIVER_ID", header(ID));
      context.registerService(Driver.class, this, properties);
    }
  }

  @Override
  public void stop(BundleContext given) throws Exception {
    if ("hangs-stopping".equals(header(BEHAVIOUR))) {
      new CountDownLatch(1).await();
    }
  }

  @Override
  public int match(ServiceReference<?> device) {
    return Integer.parseInt(header(MATCH));
  }

  @Override
  public String attach(ServiceReference<?> device) {
    if (header(REFERRAL) != null) {
      return header(REFERRAL);
    }
    context.getService(device);
    return null;
  }
}
