package org.bulkhead.device.input;

import java.io.IOException;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An input device as applications see it: an OSGi service for each HID interface, the same object
 * over restarts of its driver and over a replug. What it types and points comes to {@link
 * InputListener}s. Thread-safe.
 *
 * <p>Methods that do I/O block while the driver is being restarted, and throw {@code
 * DeviceUnavailableException} when the device stays away past the session's deadline. {@code
 * DeviceSession} has a deadline of the caller's own, and news of restarts; events name the service
 * itself, whatever views of it there are.
 */
@ProviderType
public interface InputDevice {

  /** Service property: the names of its {@link InputKind}s, a String array. */
  String KINDS = "bulkhead.input.kinds";

  /**
   * Where it is plugged in. No I/O.
   *
   * @return the location, such as {@code 1-2}
   */
  String location();

  /**
   * Which interface of the device it is. No I/O.
   *
   * @return {@code bInterfaceNumber}
   */
  int interfaceNumber();

  /**
   * What it is, as the driver last said. No I/O, also while the device is away.
   *
   * @return the description
   */
  InputDescription description();

  /**
   * The lights as they were last set here. No I/O.
   *
   * @return those that are on
   */
  Set<Led> leds();

  /**
   * Sets all lights, and again after each restart of the driver and each replug. Blocks, does I/O.
   *
   * @param on those that are to be on; a light that the device does not have is passed over
   * @throws IOException where the device fails or stays away
   */
  void setLeds(Set<Led> on) throws IOException;

  /**
   * Fetches a report (HID 1.11 section 7.2.1). Blocks, does I/O; asked again where the driver dies
   * during the call.
   *
   * @param type its kind
   * @param id its report id, 0 where the device uses none
   * @return the report without its id
   * @throws IllegalArgumentException where the device declares no such report
   * @throws IOException where the device refuses, fails or stays away
   */
  byte[] getReport(ReportType type, int id) throws IOException;

  /**
   * Sends a report (HID 1.11 section 7.2.2). Blocks, does I/O. Sent at most once: where the driver
   * dies during the call it throws {@code OutcomeUnknownException}.
   *
   * @param type OUTPUT or FEATURE
   * @param id its report id, 0 where the device uses none
   * @param data the report without its id, as long as it is declared; copied
   * @throws IllegalArgumentException where the device declares no such report, or one of another
   *     length
   * @throws IOException where the device refuses, fails or stays away
   */
  void setReport(ReportType type, int id, byte[] data) throws IOException;
}
