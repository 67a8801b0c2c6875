package org.bulkhead.device.contract;

import java.io.IOException;

/**
 * A call marked {@link Once} was under way when its driver died: whether the device did it is not
 * known, and it was not sent again. Only the application can know what to do.
 */
public class OutcomeUnknownException extends IOException {

  private static final long serialVersionUID = 1L;

  private final long bytesConfirmed;
  private final long bytesUnknown;

  /**
   * An unknown outcome.
   *
   * @param message names the device, the operation and why the driver died
   * @param bytesConfirmed bytes that the device certainly took
   * @param bytesUnknown bytes behind those that it may have taken or not
   */
  public OutcomeUnknownException(String message, long bytesConfirmed, long bytesUnknown) {
    super(message);
    this.bytesConfirmed = bytesConfirmed;
    this.bytesUnknown = bytesUnknown;
  }

  /**
   * What is certain.
   *
   * @return bytes that the device certainly took
   */
  public long bytesConfirmed() {
    return bytesConfirmed;
  }

  /**
   * What is not.
   *
   * @return bytes, behind those confirmed, that the device may have taken or not; bytes behind
   *     these were never sent
   */
  public long bytesUnknown() {
    return bytesUnknown;
  }
}
