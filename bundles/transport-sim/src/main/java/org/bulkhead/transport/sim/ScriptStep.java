package org.bulkhead.transport.sim;

import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * One thing that an endpoint of a {@link ScriptedDevice} does. A step may be added several times.
 */
public final class ScriptStep {

  private enum Kind {
    SEND,
    HANDSHAKE,
    SILENCE,
    WAIT,
    DISCONNECT
  }

  private final Kind kind;
  private final byte[] bytes;
  private final Handshake handshake;
  private final Duration delay;
  private int sent;
  private boolean begun;
  private boolean done;

  private ScriptStep(Kind kind, byte[] bytes, Handshake handshake, Duration delay) {
    this.kind = kind;
    this.bytes = bytes;
    this.handshake = handshake;
    this.delay = delay;
  }

  /**
   * Sends bytes in as many packets as they need; none at all are one zero-length packet. Bytes that
   * fill their packets are not followed by a zero-length packet.
   *
   * @param bytes what to send
   * @return the step
   */
  public static ScriptStep send(byte... bytes) {
    return new ScriptStep(Kind.SEND, bytes.clone(), null, null);
  }

  /**
   * Takes one packet of an OUT endpoint.
   *
   * @return the step
   */
  public static ScriptStep take() {
    return new ScriptStep(Kind.HANDSHAKE, null, Handshake.ACK, null);
  }

  /**
   * Stalls, which halts the endpoint.
   *
   * @return the step
   */
  public static ScriptStep stall() {
    return new ScriptStep(Kind.HANDSHAKE, null, Handshake.STALL, null);
  }

  /**
   * Sends more than the host asked for.
   *
   * @return the step
   */
  public static ScriptStep babble() {
    return new ScriptStep(Kind.HANDSHAKE, null, Handshake.BABBLE, null);
  }

  /**
   * Sends with a wrong CRC.
   *
   * @return the step
   */
  public static ScriptStep error() {
    return new ScriptStep(Kind.HANDSHAKE, null, Handshake.ERROR, null);
  }

  /**
   * Answers nothing any more: the host runs into its deadline. Steps behind it are not reached.
   *
   * @return the step
   */
  public static ScriptStep silence() {
    return new ScriptStep(Kind.SILENCE, null, Handshake.NAK, null);
  }

  /**
   * Answers nothing for a while, from the first time that the host asks.
   *
   * @param delay how long
   * @return the step
   */
  public static ScriptStep after(Duration delay) {
    return new ScriptStep(Kind.WAIT, null, null, delay);
  }

  /**
   * Unplugs itself; needs {@link ScriptedDevice#disconnects}.
   *
   * @return the step
   */
  public static ScriptStep disconnect() {
    return new ScriptStep(Kind.DISCONNECT, null, null, null);
  }

  ScriptStep copy() {
    return new ScriptStep(kind, bytes, handshake, delay);
  }

  boolean done() {
    return done;
  }

  /** The answer; null for none yet, or, when done, for that of the next step. */
  Handshake act(ByteBuffer packet, ScriptedDevice device) {
    switch (kind) {
      case SEND:
        int length = Math.min(packet.remaining(), bytes.length - sent);
        packet.put(bytes, sent, length);
        sent += length;
        done = sent == bytes.length;
        return Handshake.ACK;
      case HANDSHAKE:
        done = true;
        return handshake;
      case WAIT:
        if (!begun) {
          begun = true;
          device.wait(delay, () -> done = true);
        }
        return null;
      case DISCONNECT:
        device.pullOut();
        return Handshake.NAK;
      default:
        return handshake;
    }
  }
}
