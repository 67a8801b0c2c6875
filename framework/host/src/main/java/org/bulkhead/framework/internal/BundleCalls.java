package org.bulkhead.framework.internal;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.bulkhead.framework.internal.compartment.Compartments;
import org.bulkhead.framework.internal.compartment.FaultKind;
import org.bulkhead.framework.internal.compartment.Host;
import org.bulkhead.framework.internal.compartment.TimedCall;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.wiring.BundleWiring;

/**
 * Starts and stops drivers' bundles. Their activators and components run code that no compartment
 * answers for: on a thread of its own, with a deadline, so that whoever deploys goes on.
 */
final class BundleCalls {

  private final Host host;
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

  BundleCalls(Host host) {
    this.host = host;
  }

  /** What a bundle is told. */
  @FunctionalInterface
  private interface Order {
    void give() throws BundleException;
  }

  void start(Bundle bundle, int options) throws BundleException {
    give(bundle, FaultKind.START, toStart(bundle), () -> bundle.start(options));
  }

  void stop(Bundle bundle, int options) throws BundleException {
    give(bundle, FaultKind.STOP, toStop(bundle), () -> bundle.stop(options));
  }

  /** How long a bundle may take to start. */
  Duration toStart(Bundle bundle) {
    return host.limits(BundleTroubles.driver(bundle)).attach();
  }

  /**
   * The same of its stop: its drivers leave their devices meanwhile, with deadlines of their own.
   */
  Duration toStop(Bundle bundle) {
    return Compartments.GRACE.plus(host.limits(BundleTroubles.driver(bundle)).detach());
  }

  /** Whether a thread starts or stops a bundle for us, and has somebody who looks after it. */
  boolean isOneOfOurs(Thread thread) {
    return threads.contains(thread);
  }

  /** A start or stop, which has a deadline and is yet to begin. */
  TimedCall call(Bundle bundle, FaultKind kind) {
    return new TimedCall("the " + kind.label() + " of a driver's bundle", () -> loader(bundle));
  }

  /** What is said of one that took too long. */
  static String tooLate(FaultKind kind, Duration patience, boolean ended) {
    return "it did not %s within %d ms%s"
        .formatted(kind.label(), patience.toMillis(), ended ? "" : ", and cannot be ended");
  }

  private void give(Bundle bundle, FaultKind kind, Duration patience, Order order)
      throws BundleException {
    TimedCall call = call(bundle, kind);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    try {
      host.driverThreads().execute(() -> call.run(() -> give(order, thrown)));
    } catch (RejectedExecutionException over) {
      throw new BundleException("the gateway stops", BundleException.STATECHANGE_ERROR, over);
    }
    boolean ended = within(call, patience);
    if (call.isOverdue()) {
      BundleException late = new BundleException(tooLate(kind, patience, ended));
      if (thrown.get() != null) {
        late.addSuppressed(thrown.get());
      }
      throw late;
    }
    rethrow(thrown.get());
  }

  private void give(Order order, AtomicReference<Throwable> thrown) {
    threads.add(Thread.currentThread());
    try {
      order.give();
    } catch (BundleException | RuntimeException | Error failed) {
      thrown.set(failed);
    } finally {
      threads.remove(Thread.currentThread());
    }
  }

  /** As {@link TimedCall#within}; who is interrupted does not leave anybody behind. */
  private static boolean within(TimedCall call, Duration patience) throws BundleException {
    try {
      return call.within(patience);
    } catch (InterruptedException interrupted) {
      try {
        return call.ended();
      } catch (InterruptedException again) {
        return false;
      } finally {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void rethrow(Throwable thrown) throws BundleException {
    if (thrown instanceof BundleException failed) {
      throw failed;
    } else if (thrown instanceof RuntimeException failed) {
      throw failed;
    } else if (thrown instanceof Error failed) {
      throw failed;
    }
  }

  private static ClassLoader loader(Bundle bundle) {
    BundleWiring wiring = bundle.adapt(BundleWiring.class);
    return wiring == null ? null : wiring.getClassLoader();
  }
}
