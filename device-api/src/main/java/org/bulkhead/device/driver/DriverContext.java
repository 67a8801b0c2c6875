package org.bulkhead.device.driver;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.bulkhead.device.usb.UsbDevice;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.osgi.annotation.versioning.ProviderType;
import org.osgi.service.log.Logger;

/** What one incarnation of a driver is given. Used by one thread at a time. */
@ProviderType
public interface DriverContext {

  /**
   * The device.
   *
   * @return the device, lent for this incarnation
   */
  UsbDevice device();

  /**
   * The interface that matched. Cached, no I/O. A driver that matched the whole device by vendor
   * and product gets each of its interfaces in turn.
   *
   * @return the descriptor, at alternate setting 0 or the lowest there is
   */
  InterfaceDescriptor matched();

  /**
   * How many lives the driver has had on this device.
   *
   * @return 1 for the first incarnation, one more after each restart, update and replug
   */
  int incarnation();

  /**
   * Offers a device service. Applications do not get the object itself but a session of it that
   * outlives the driver. Published anew by each incarnation; what an incarnation no longer
   * publishes disappears.
   *
   * @param <S> the service type
   * @param type the service's interface, each of whose methods says by an annotation of {@code
   *     org.bulkhead.device.contract} what becomes of a call under way
   * @param unit tells services of one type on one device apart, "0" for a single one
   * @param service the driver's implementation
   * @param properties service properties beside those of the device
   * @throws IllegalArgumentException where the framework has no session for that type
   */
  <S> void publish(Class<S> type, String unit, S service, Map<String, ?> properties);

  /**
   * Has the framework keep a small record for the driver's next incarnation on this device, a newer
   * version of the driver included: what takes time to find out again. In place of what was kept
   * before; kept while the gateway runs. Does not block.
   *
   * @param version the driver's own number of the format
   * @param bytes at most {@value Remembered#MAX_BYTES}; copied
   * @throws IllegalArgumentException where it is longer
   */
  void remember(int version, byte[] bytes);

  /**
   * What an incarnation before kept. A driver that cannot read it, such as one of another version,
   * does without. Forgotten where an incarnation that was given it did not live to be attached, so
   * that the one after it begins clean.
   *
   * @return the record, empty where there is none
   */
  Optional<Remembered> recalled();

  /**
   * Whether the device is still as it was when that record was kept: since then it was neither
   * unplugged nor reset, and this driver has not let go of it. Then what an incarnation before has
   * set up in the device is there, and so is what the device has received since. What another
   * program does to the device by the kernel is not seen.
   *
   * @return false where there is no record
   */
  boolean deviceUntouched();

  /**
   * Waits, where the device has no event to wait for: it is to be asked again a little later. Ends
   * with the incarnation, as every wait in the framework does. No progress: the driver's time runs
   * on. Called where driver code runs, on any of its threads.
   *
   * @param howLong how long; nothing, where it is negative
   * @throws UsbException of kind {@link UsbException.Kind#CANCELLED} where this thread is
   *     interrupted, which it then still is
   */
  void pause(Duration howLong) throws UsbException;

  /**
   * Declares the driver broken, for a fault that it finds outside of a call. It is ended and
   * attached anew.
   *
   * @param cause what happened
   */
  void fail(Throwable cause);

  /**
   * A logger whose name tells the driver and the device.
   *
   * @return the logger
   */
  Logger logger();
}
