package org.bulkhead.gateway;

import java.util.concurrent.CountDownLatch;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Never ends to stop, whoever interrupts it. */
public final class HangingStop implements BundleActivator {

  @Override
  public void start(BundleContext context) {}

  @Override
  public void stop(BundleContext context) {
    while (true) {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        // On purpose.
      }
    }
  }
}
