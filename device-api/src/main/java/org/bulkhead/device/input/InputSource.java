package org.bulkhead.device.input;

import java.io.IOException;
import java.util.Set;
import org.bulkhead.device.contract.Once;
import org.bulkhead.device.contract.Replay;
import org.bulkhead.device.contract.Sticky;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What an input driver publishes. The framework makes an {@link InputDevice} of it, with events for
 * listeners, text by keyboard layout, and release of what is held when the driver ends: a driver
 * has none of these to do.
 *
 * <p>Called by one thread at a time. No method waits for input: it is told to the {@link
 * InputSink}.
 */
@ConsumerType
public interface InputSource {

  /**
   * Connects the source to its sink, or disconnects it. While connected the driver keeps transfers
   * in flight. The framework connects each source once, when its driver has attached.
   *
   * @param sink told of input; null to stop and drop what is in flight
   * @throws IOException where the device fails
   */
  @Sticky
  void connect(InputSink sink) throws IOException;

  /**
   * What the device is. Does no I/O; the framework asks right before it connects.
   *
   * @return the description
   * @throws IOException where the device fails
   */
  @Replay
  InputDescription describe() throws IOException;

  /**
   * Sets all lights. Does I/O.
   *
   * @param on those that are to be on; a light that the device does not have is passed over
   * @throws IOException where the device fails
   */
  @Sticky
  void setLeds(Set<Led> on) throws IOException;

  /**
   * Fetches a report: GET_REPORT (HID 1.11 section 7.2.1). Does I/O.
   *
   * @param type its kind
   * @param id its report id, 0 where the device uses none
   * @return the report without its id, as long as the device made it, at most as it is declared
   * @throws IOException UsbException of kind INVALID where the device declares no such report,
   *     STALL where it refuses
   */
  @Replay
  byte[] getReport(ReportType type, int id) throws IOException;

  /**
   * Sends a report: on the interrupt OUT endpoint where there is one and it is an output report,
   * else by SET_REPORT (HID 1.11 section 7.2.2). Does I/O. Sent at most once, as a feature report
   * can be a command.
   *
   * @param type OUTPUT or FEATURE
   * @param id its report id, 0 where the device uses none
   * @param data the report without its id, as long as it is declared
   * @throws IOException UsbException of kind INVALID where the device declares no such report or
   *     one of another length, STALL where it refuses
   */
  @Once
  void setReport(ReportType type, int id, byte[] data) throws IOException;
}
