package org.bulkhead.framework.admin;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/**
 * The framework as an administrator sees it. An OSGi service. Thread-safe; reading methods return
 * what is known now, without I/O.
 *
 * <p>A target names a device by its location ({@code 1-2}), one interface of it ({@code 1-2:1}), or
 * a driver ({@code ftdi}); a driver stands for all of its compartments.
 */
@ProviderType
public interface Gateway {

  /**
   * The devices that are plugged in.
   *
   * @return one entry for each, by location
   */
  List<DeviceInfo> devices();

  /**
   * Waits until every device that is there has been offered to the drivers that are there, and no
   * driver is still attaching.
   *
   * @param patience how long to wait
   * @return true where that is so, false where the time ran out
   * @throws InterruptedException when the thread is interrupted
   */
  boolean awaitSettled(Duration patience) throws InterruptedException;

  /**
   * The drivers that are installed, whether they run or not.
   *
   * @return one entry for each, by name
   */
  List<DriverInfo> drivers();

  /**
   * The latest faults of drivers.
   *
   * @return at most 256, oldest first
   */
  List<FaultInfo> faults();

  /**
   * The reports of faults that are on the disk. Does I/O.
   *
   * @return oldest first
   */
  List<CrashInfo> crashes();

  /**
   * Resets a device and restarts its drivers. Blocks for some 100 ms.
   *
   * @param location the device
   * @throws NoSuchTargetException where there is no such device
   * @throws IOException where the reset fails
   */
  void reset(String location) throws NoSuchTargetException, IOException;

  /**
   * Ends the incarnations of a target in good order and starts the next ones; ends a quarantine.
   * Returns at once.
   *
   * @param target what to restart
   * @return how many compartments that concerns
   * @throws NoSuchTargetException where the target names no compartment
   */
  int restart(String target) throws NoSuchTargetException;

  /**
   * Ends the quarantine of a target's drivers: each is attached anew and its ladder begins anew.
   * Returns at once.
   *
   * @param target what to release
   * @return how many compartments were quarantined
   * @throws NoSuchTargetException where the target names no compartment
   */
  int release(String target) throws NoSuchTargetException;

  /**
   * Says that a target's drivers do not do their job, which is a fault of each like any other: its
   * incarnation ends. Returns at once.
   *
   * @param target who does not do his job
   * @param words what is wrong, for people
   * @return how many compartments that concerns
   * @throws NoSuchTargetException where the target names no compartment
   */
  int complain(String target, String words) throws NoSuchTargetException;

  /**
   * What a new version of a driver has to live through, by the configuration.
   *
   * @param driver the driver's name
   * @return time and calls
   */
  Probation probation(String driver);

  /**
   * Plants a fault that the target's driver meets at its next transfer, as if it were the driver's
   * own. Once for each call. A driver that is being restarted meets it in its next life; one that
   * is stopped in good order or loses its device before it met it never does.
   *
   * @param target what to break
   * @param kind what the driver does
   * @return how many compartments that concerns
   * @throws NoSuchTargetException where the target names no compartment
   * @throws IllegalStateException where the configuration does not allow it; the message names the
   *     setting
   */
  int inject(String target, InjectedFault kind) throws NoSuchTargetException;

  /**
   * Starts a driver's bundle with a deadline, that of the driver's attaching, on a thread of its
   * own: what its activator and its components do as they start is nobody else's trouble. Past the
   * deadline they are ended, as a driver's call is, and if they cannot be, abandoned.
   *
   * @param bundle the bundle
   * @param options as of {@link Bundle#start(int)}
   * @throws BundleException what the start threw, or that it took too long
   */
  void start(Bundle bundle, int options) throws BundleException;

  /**
   * The same of its stop. Its drivers leave their devices before, with deadlines of their own.
   *
   * @param bundle the bundle
   * @param options as of {@link Bundle#stop(int)}
   * @throws BundleException what the stop threw, or that it took too long
   */
  void stop(Bundle bundle, int options) throws BundleException;

  /**
   * Records that a driver's bundle could not be resolved or started, said by who installed it and
   * takes it away again: nobody else would hear of it. Nothing where it has no driver. Does not
   * block.
   *
   * @param bundle the bundle, still installed
   * @param why what its start threw
   * @param action what is done about it
   */
  void startFailed(Bundle bundle, BundleException why, String action);

  /**
   * The same of one that threw as it was stopped.
   *
   * @param bundle the bundle, still installed
   * @param why what its stop threw
   * @param action what is done about it
   */
  void stopFailed(Bundle bundle, BundleException why, String action);

  /**
   * What a class code stands for by the public USB ID list. May read some kilobytes of a file.
   *
   * @param usbClass the class
   * @param subclass the subclass
   * @param protocol the protocol
   * @return the names of as many of the three as the list knows, with commas between; empty where
   *     the list is not installed, or does not know the class
   */
  default String className(int usbClass, int subclass, int protocol) {
    return "";
  }
}
