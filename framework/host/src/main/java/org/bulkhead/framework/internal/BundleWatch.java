package org.bulkhead.framework.internal;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.bulkhead.framework.internal.compartment.Fault;
import org.bulkhead.framework.internal.compartment.FaultKind;
import org.bulkhead.framework.internal.compartment.Host;
import org.bulkhead.framework.internal.compartment.TimedCall;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.log.Logger;

/**
 * Ends the activators of drivers' bundles that take too long, whoever starts or stops the bundle:
 * the gateway's own start, or a person. Their thread is needed, so it cannot be left behind.
 */
final class BundleWatch implements SynchronousBundleListener {

  private record Watched(long number, Bundle bundle, FaultKind kind, TimedCall call) {

    /** No event says that a stop is over which threw. */
    boolean isUnderWay() {
      return bundle.getState() == (kind == FaultKind.START ? Bundle.STARTING : Bundle.STOPPING);
    }
  }

  private final BundleContext context;
  private final Host host;
  private final BundleCalls calls;
  private final Logger log;
  private final AtomicLong numbers = new AtomicLong();

  /** By the bundle's id. What waits for a deadline must not hold a bundle that is gone by then. */
  private final Map<Long, Watched> watched = new ConcurrentHashMap<>();

  BundleWatch(BundleContext context, Host host, BundleCalls calls, Logger log) {
    this.context = context;
    this.host = host;
    this.calls = calls;
    this.log = log;
  }

  void open() {
    context.addBundleListener(this);
  }

  void close() {
    try {
      context.removeBundleListener(this);
    } catch (IllegalStateException stopped) {
      // The framework has removed it.
    }
  }

  @Override
  public void bundleChanged(BundleEvent event) {
    Bundle bundle = event.getBundle();
    switch (event.getType()) {
      case BundleEvent.STARTING -> begin(bundle, FaultKind.START, calls.toStart(bundle));
      case BundleEvent.STOPPING -> begin(bundle, FaultKind.STOP, calls.toStop(bundle));
      case BundleEvent.STARTED, BundleEvent.STOPPED -> end(bundle);
      default -> {}
    }
  }

  private void begin(Bundle bundle, FaultKind kind, Duration patience) {
    // A start that failed is followed by a stop.
    end(bundle);
    if (!BundleTroubles.driver(bundle).isEmpty() && !calls.isOneOfOurs(Thread.currentThread())) {
      long id = bundle.getBundleId();
      long number = numbers.incrementAndGet();
      TimedCall call = calls.call(bundle, kind);
      call.begin();
      watched.put(id, new Watched(number, bundle, kind, call));
      host.later(patience, () -> late(id, number, patience));
    }
  }

  private void end(Bundle bundle) {
    Watched over = watched.remove(bundle.getBundleId());
    if (over != null) {
      over.call().end();
    }
  }

  private void late(long id, long number, Duration patience) {
    Watched late = watched.get(id);
    if (late == null || late.number() != number) {
      return;
    }
    if (!late.isUnderWay()) {
      end(late.bundle());
      return;
    }
    try {
      late.call().ended();
      boolean ended = !late.isUnderWay();
      String message = BundleCalls.tooLate(late.kind(), patience, ended);
      if (ended) {
        end(late.bundle());
        // Recorded as what it throws, by whoever starts it.
        log.error("{}: {}", late.bundle(), message);
      } else {
        String driver = BundleTroubles.driver(late.bundle());
        host.record(driver, id, new Fault(late.kind(), message, ""), "waited for all the same");
      }
    } catch (InterruptedException shutdown) {
      Thread.currentThread().interrupt();
    }
  }
}
