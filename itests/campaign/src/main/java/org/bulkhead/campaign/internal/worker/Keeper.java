package org.bulkhead.campaign.internal.worker;

import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.bulkhead.framework.admin.CompartmentInfo;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.DeviceInfo;
import org.bulkhead.framework.admin.Gateway;
import org.bulkhead.framework.admin.NoSuchTargetException;

/** What an administrator sees of one device and its driver, and does. */
final class Keeper {

  private static final long RUNNING_NANOS = 4_000_000_000L;
  private static final long POLL_NANOS = 500_000L;

  private final Gateway gateway;
  private final String location;

  /** What happened, what was tried, what to do, and on which device. */
  private final Pattern reasonToActOn;

  Keeper(Gateway gateway, String location) {
    this.gateway = gateway;
    this.location = location;
    reasonToActOn =
        Pattern.compile(
            "\\d+ faults within \\d+ s, the last: \\S.*\\. Tried: \\w.*\\."
                + " Mend or update the driver, .*: driver:release "
                + Pattern.quote(location),
            Pattern.DOTALL);
  }

  String location() {
    return location;
  }

  /** Restarts the driver in good order, also out of a quarantine, and waits until it runs. */
  void restart() {
    int before = incarnation();
    try {
      gateway.restart(location);
    } catch (NoSuchTargetException away) {
      // Unplugged just now; it starts when it is back.
    }
    awaitLife(before + 1);
  }

  /** Complains as an application does, and waits until something was done about it. */
  void complain(String words) {
    int before = incarnation();
    try {
      gateway.complain(location, words);
    } catch (NoSuchTargetException away) {
      // Unplugged just now; there is nobody to complain of.
    }
    // The last one is not followed by another life.
    await(
        info ->
            info.state() == CompartmentState.QUARANTINED
                || info.incarnation() > before && hasSettled(info));
  }

  void awaitRunning() {
    awaitLife(0);
  }

  private int incarnation() {
    CompartmentInfo info = info();
    return info == null ? 0 : info.incarnation();
  }

  /** Waits until this life or a later one runs, or has been given up. */
  private void awaitLife(int number) {
    await(info -> info.incarnation() >= number && hasSettled(info));
  }

  private static boolean hasSettled(CompartmentInfo info) {
    return info.state() == CompartmentState.RUNNING || info.state() == CompartmentState.QUARANTINED;
  }

  private void await(Predicate<CompartmentInfo> condition) {
    long until = System.nanoTime() + RUNNING_NANOS;
    while (System.nanoTime() - until < 0) {
      CompartmentInfo info = info();
      if (info != null && condition.test(info)) {
        return;
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** Whether it comes into quarantine, for a reason that a person can act on. */
  boolean isGivenUpWithReason() {
    // A fault is told of before it is acted on.
    await(info -> info.state() == CompartmentState.QUARANTINED);
    CompartmentInfo info = info();
    return info != null
        && info.state() == CompartmentState.QUARANTINED
        && reasonToActOn.matcher(info.reason()).matches();
  }

  boolean isGivenUp() {
    CompartmentInfo info = info();
    return info != null && info.state() == CompartmentState.QUARANTINED;
  }

  /** Why it is in its state, for people. */
  String reason() {
    CompartmentInfo info = info();
    return info == null ? "there is no device " + location : info.state() + " " + info.reason();
  }

  int abandonedThreads() {
    CompartmentInfo info = info();
    return info == null ? 0 : info.abandonedThreads();
  }

  private CompartmentInfo info() {
    for (DeviceInfo device : gateway.devices()) {
      if (device.identity().location().equals(location)) {
        for (CompartmentInfo compartment : device.compartments()) {
          return compartment;
        }
      }
    }
    return null;
  }
}
