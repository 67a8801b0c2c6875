package org.bulkhead.framework.internal.compartment;

import java.util.List;
import java.util.function.BooleanSupplier;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.framework.admin.Rung;
import org.bulkhead.framework.internal.device.ManagedDevice;

/**
 * What a rung does to the device. Does I/O, so it runs on a thread of its own, for one compartment
 * of a device at a time.
 */
final class Climb {

  private final Compartment compartment;
  private final ManagedDevice device;
  private final List<Compartment> siblings;

  /** For the driver of one interface; those of the others are not to be surprised. */
  Climb(Compartment compartment, ManagedDevice device, List<Compartment> siblings) {
    this.compartment = compartment;
    this.device = device;
    this.siblings = siblings;
  }

  /**
   * Climbs.
   *
   * @param stillWanted asked once it is this compartment's turn
   * @return true where the device leaves and arrives anew
   */
  boolean run(Rung rung, Limits limits, BooleanSupplier stillWanted) throws UsbException {
    synchronized (device.hold().recovery()) {
      if (!stillWanted.getAsBoolean()) {
        return false;
      }
      switch (rung) {
        case RESTART -> {}
        case CLEAR_HALTS -> device.hold().clearHalts(compartment, device.configuration());
        case RESET -> {
          return reset(limits);
        }
        case CYCLE_PORT -> {
          device.bus().cyclePort();
          return true;
        }
      }
      return false;
    }
  }

  private boolean reset(Limits limits) throws UsbException {
    String why = "device " + compartment.location() + " is being reset for " + compartment;
    Compartments.await(
        siblings.stream().map(sibling -> sibling.hold(why)).toList(),
        limits.detach().plus(limits.teardown()));
    try {
      device.hold().reset();
      return false;
    } catch (UsbException failed) {
      if (failed.kind() == UsbException.Kind.DISCONNECTED) {
        return true;
      }
      throw failed;
    } finally {
      siblings.forEach(Compartment::proceed);
    }
  }
}
