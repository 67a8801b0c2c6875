package org.bulkhead.device.transport;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A source of devices. A transport bundle registers one as a service; the framework watches it for
 * as long as the service is there.
 *
 * <p>Activation of the component opens no device and starts no thread; {@link #watch} does. A
 * transport never calls driver code: it knows devices and transfers, not drivers.
 */
@ConsumerType
public interface Transport {

  /**
   * The transport's short name, for people.
   *
   * @return a word such as {@code libusb}
   */
  String name();

  /**
   * Starts looking for devices. Those present are reported before this returns or soon after, each
   * once, then arrivals and departures as they happen. Called by the framework, once at a time.
   *
   * @param listener told of devices, from one thread at a time
   * @return ends the watch: every device that is there is first reported as gone, its handles are
   *     closed and every thread of the transport ended when {@code close} returns, within seconds
   */
  Watch watch(TransportListener listener);

  /** A watch under way. */
  @ConsumerType
  interface Watch extends AutoCloseable {

    /** Ends the watch. Idempotent. Not called from a listener's method. */
    @Override
    void close();
  }
}
