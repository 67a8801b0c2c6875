package org.bulkhead.device.contract;

import java.time.Duration;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What every device service is beside the service itself: how long its callers wait, and what
 * becomes of its driver. A session of a driver's own service is one, and so are {@code
 * org.osgi.service.serial.SerialDevice} and {@code org.bulkhead.device.input.InputDevice}. Get it
 * by {@link #of}. Thread-safe.
 *
 * <p>What is bounded: a call waits for a driver, for its turn, and again after each restart, no
 * longer than the session's patience ({@code sessionPatienceMillis}) or that of {@link #within} in
 * all. What is not: once inside the driver it takes what the device takes, and a driver that makes
 * no progress is ended after its own deadline ({@code callDeadlineMillis}), so a call lasts at most
 * its patience and three such deadlines longer than its transfers. No deadline bounds a call whose
 * driver is stuck in what Java cannot end, such as native code or a monitor that is held for ever:
 * drivers run on their callers' threads, and such a call returns when the driver's code does, or
 * never. The device goes on meanwhile, and so do other calls. A caller that needs a hard bound
 * calls on a thread that it can abandon, with a buffer that it does not use again. A read of a
 * serial port's stream waits for the other side as long as that is silent; what the patience bounds
 * is each absence of the device meanwhile.
 */
@ProviderType
public interface DeviceSession {

  /** What a session's callers meet. */
  enum Availability {
    /** Calls go through. */
    AVAILABLE,
    /** The driver is being restarted or replaced, or the device is away: calls wait. */
    WAITING,
    /** There is no driver for now, as in quarantine: calls fail at once. */
    REFUSED
  }

  /** Told of changes. */
  @ConsumerType
  @FunctionalInterface
  interface Listener {

    /**
     * Something changed. Called on a thread of the framework's, in order, never by two at once; may
     * block, and then hears of later changes later. What it throws is logged.
     *
     * @param now what callers meet
     * @param reason why, one line; empty while available
     */
    void changed(Availability now, String reason);
  }

  /** To be closed by who listened. */
  interface Listening extends AutoCloseable {

    /** Ends the listening; does not block. */
    @Override
    void close();
  }

  /**
   * The session behind a service.
   *
   * @param service what was got from the service registry
   * @return the same object
   * @throws IllegalArgumentException where it is no device service of this framework
   */
  static DeviceSession of(Object service) {
    if (service instanceof DeviceSession session) {
      return session;
    }
    throw new IllegalArgumentException(service + " is no device service of the gateway");
  }

  /**
   * The same service with a deadline of the caller's own for waiting. Does not block; to be made
   * once and used often.
   *
   * @param <S> the service
   * @param type its interface
   * @param patience how long a call through it waits in all; zero for not at all
   * @return a view that shares everything but the patience; streams have that of the view that they
   *     were opened by
   * @throws IllegalArgumentException where the service is no such type, or the patience negative
   */
  <S> S within(Class<S> type, Duration patience);

  /**
   * What callers meet now.
   *
   * @return as it was a moment ago
   */
  Availability availability();

  /**
   * Has a listener told of each change from now on.
   *
   * @param listener held until the result is closed: an application that stops closes it
   * @return ends it
   */
  Listening listen(Listener listener);

  /**
   * Says that the driver does not do its job, such as when data are wrong: a fault like any other,
   * after which the driver is restarted. Does not block.
   *
   * @param words what is wrong, for people
   */
  void complain(String words);
}
