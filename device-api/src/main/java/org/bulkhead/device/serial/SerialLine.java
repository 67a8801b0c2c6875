package org.bulkhead.device.serial;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Where a serial driver delivers. Implemented by the framework; no method blocks. Called by the
 * driver on the thread that the framework called it on.
 */
@ProviderType
public interface SerialLine {

  /**
   * Bytes came in.
   *
   * @param data the bytes, copied before the call returns; the position advances by those taken
   * @return true to go on; false when the application reads too slowly and there is no room: the
   *     driver keeps what is left, submits no further reads, and offers it again when {@link
   *     #onRoom} tells
   */
  boolean received(ByteBuffer data);

  /**
   * Asks to be told, once, when there is room again after {@link #received} returned false.
   *
   * @param action called on the compartment's thread
   */
  void onRoom(Runnable action);

  /**
   * The device took bytes of earlier writes, in their order.
   *
   * @param bytes how many, 1 or more
   */
  void sent(int bytes);

  /**
   * A write failed: the bytes of it that were not reported as sent are lost, or their outcome is
   * unknown.
   *
   * @param bytes how many bytes that concerns
   * @param cause why
   */
  void sendFailed(int bytes, IOException cause);

  /**
   * The device reports a condition of the line.
   *
   * @param condition what happened
   */
  void condition(Condition condition);

  /** What a receiver can report beside data. */
  enum Condition {
    /** A break was received. */
    BREAK,
    /** A byte with wrong parity. */
    PARITY_ERROR,
    /** A byte without a stop bit. */
    FRAMING_ERROR,
    /** Bytes were lost in the device because nobody fetched them. */
    OVERRUN
  }
}
