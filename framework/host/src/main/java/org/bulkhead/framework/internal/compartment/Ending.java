package org.bulkhead.framework.internal.compartment;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.bulkhead.device.driver.UsbDriver;
import org.osgi.service.log.Logger;

/**
 * Ends the incarnations of a compartment: in good order where it can, and then whatever it takes.
 * Used by the compartment's actor only, but for the counters.
 */
final class Ending {

  private final Compartment compartment;
  private final Host host;
  private final Logger log;
  private DriverSource source;
  private ClassLoader loader;
  private UsbDriver driver;
  private UsbDriver.Attachment attachment;
  private final AtomicInteger abandoned = new AtomicInteger();
  private volatile long calls;

  Ending(Compartment compartment, Host host, Logger log) {
    this.compartment = compartment;
    this.host = host;
    this.log = log;
  }

  /** Threads that could not be ended. */
  int abandoned() {
    return abandoned.get();
  }

  /** What the incarnations that have ended came back from. */
  long calls() {
    return calls;
  }

  /** A driver is attached, and has to be given back. */
  void begin(DriverSource from, UsbDriver made, UsbDriver.Attachment attached) {
    source = from;
    loader = from.loader();
    driver = made;
    attachment = attached;
  }

  /** Lets the driver leave its device in good order. */
  void detach(Incarnation current) {
    UsbDriver.Attachment last = attachment;
    DriverSource from = source;
    if (last == null || current.isCondemned()) {
      return;
    }
    CountDownLatch detached = new CountDownLatch(1);
    current.execute(
        () -> {
          current.run(
              () -> {
                try {
                  last.detach();
                } catch (IncarnationEnded late) {
                  // Told by who waits for it.
                } catch (Throwable untidy) {
                  untidy(from, current, Fault.of(FaultKind.STOP, untidy));
                } finally {
                  // Still inside the gate, so that no waiting call enters a driver that has left.
                  current.condemn();
                }
              });
          detached.countDown();
        });
    Duration patience = compartment.limits().detach();
    if (!awaited(detached, patience)) {
      untidy(
          from,
          current,
          new Fault(FaultKind.STOP, "did not detach within " + patience.toMillis() + " ms", ""));
    }
  }

  private void untidy(DriverSource from, Incarnation of, Fault fault) {
    log.warn("{} did not detach in good order: {}", compartment, fault.message());
    host.record(
        compartment,
        from,
        of.number(),
        fault,
        "ended all the same",
        compartment.crash(of.number(), fault));
  }

  /**
   * Ends an incarnation, whatever it takes.
   *
   * @param last may be null
   * @return how it ended
   */
  Incarnation.Drained tearDown(Incarnation last) {
    Incarnation.Drained drained = new Incarnation.Drained(true, false);
    if (last == null) {
      return drained;
    }
    last.condemn();
    calls += last.calls();
    host.services().ended(compartment);
    try {
      drained = last.drain(compartment.limits().teardown());
      if (!drained.left()) {
        abandoned.incrementAndGet();
        log.error("{} left a thread inside that cannot be ended; abandoned", compartment);
      }
    } catch (InterruptedException shutdown) {
      Thread.currentThread().interrupt();
    }
    if (driver != null) {
      giveBack(source, driver, last.number());
      lookForThreads(last.number());
    }
    // What is kept of a driver keeps its classes, and it may never come back.
    driver = null;
    attachment = null;
    source = null;
    loader = null;
    return drained;
  }

  /** Runs the driver's deactivation, which is driver code: on a driver's thread. */
  void giveBack(DriverSource to, UsbDriver used, int life) {
    TimedCall released =
        new TimedCall("the deactivation of a driver", () -> used.getClass().getClassLoader());
    host.driverThreads().execute(() -> released.run(() -> to.release(used)));
    try {
      if (!released.within(compartment.limits().detach())) {
        abandoned.incrementAndGet();
        log.error("{} hangs in the deactivation of its driver; abandoned", compartment);
        Fault fault = new Fault(FaultKind.STOP, "hangs in its deactivation", "");
        host.record(
            compartment, to, life, fault, "thread abandoned", compartment.crash(life, fault));
      }
    } catch (InterruptedException shutdown) {
      Thread.currentThread().interrupt();
    }
  }

  /** Not on the way of the next incarnation: it looks at every thread of the JVM. */
  private void lookForThreads(int life) {
    if (loader != null) {
      // The compartment's driver is another one by then, where this one was replaced.
      DriverSource from = source;
      host.leftovers().later(loader, (leftovers, thread) -> end(leftovers, thread, from, life));
    }
  }

  private void end(Leftovers leftovers, Thread thread, DriverSource from, int life) {
    Fault fault =
        Fault.stack(
            FaultKind.LEFT_THREADS, "left thread \"" + thread.getName() + "\" behind", thread);
    boolean ended;
    try {
      ended = leftovers.end(thread);
    } catch (InterruptedException shutdown) {
      Thread.currentThread().interrupt();
      return;
    }
    if (!ended) {
      abandoned.incrementAndGet();
    }
    log.error("{} {}", compartment, fault.message());
    host.record(compartment, from, life, fault, ended ? "thread ended" : "thread abandoned", null);
  }

  private static boolean awaited(CountDownLatch latch, Duration patience) {
    try {
      return latch.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException shutdown) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
