package org.bulkhead.device.driver;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A USB driver: a Declarative Services component that also carries {@link MatchesUsb}.
 *
 * <p>The framework attaches it to each interface that it matches, one compartment each, and calls
 * everything in a compartment by one thread at a time. A component of scope {@code PROTOTYPE} gets
 * a fresh object for each incarnation, which is what a driver with fields wants.
 *
 * <p>A driver may throw whatever it likes, anywhere: it is then ended and attached anew. It starts
 * no threads, and frees nothing that it got from its context: claims, transfers and published
 * services go with the compartment.
 */
@ConsumerType
public interface UsbDriver {

  /**
   * Takes a device into service: claims the interface, prepares the device and publishes services.
   * Called on the compartment's thread under the attach deadline, and again with a new context for
   * each incarnation.
   *
   * @param context the device and all else that the driver may use; valid until the compartment
   *     closes
   * @return called once to end this incarnation in good order, where something is to be done on the
   *     device (an LED, a line to lower); not called after a fault or an unplug
   * @throws Exception UsbException of kind DISCONNECTED is taken as an unplug; everything else as a
   *     fault, with its message shown to people
   */
  Attachment attach(DriverContext context) throws Exception;

  /** One attached incarnation. */
  @FunctionalInterface
  @ConsumerType
  interface Attachment {

    /** For drivers that have nothing to do at the end. */
    Attachment NOTHING_TO_DO = () -> {};

    /**
     * Leaves the device in good order. Called on the compartment's thread under a short deadline;
     * claims and transfers are still there.
     *
     * @throws Exception logged; the compartment closes all the same
     */
    void detach() throws Exception;
  }
}
