package org.bulkhead.launcher.admin;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * One message of the administration protocol.
 *
 * <p>A connection over the Unix-domain socket of the gateway carries frames in both directions. On
 * the wire a frame is one byte of type, four bytes of payload length (unsigned, big-endian, at most
 * {@value #MAX_PAYLOAD}) and the payload. The client's first frame opens the session:
 *
 * <ul>
 *   <li>{@link Type#EXEC}: the payload is one command line in UTF-8. The server executes it and
 *       answers with {@link Type#STDOUT} and {@link Type#STDERR} frames and one {@link Type#EXIT}.
 *   <li>{@link Type#SHELL}: the payload is columns and rows (two bytes each, big-endian) and the
 *       name of the terminal's type in UTF-8. The server runs an interactive shell; the client then
 *       sends {@link Type#STDIN} (raw bytes, Ctrl-C as byte 3; an empty payload is the end of the
 *       input) and {@link Type#SIZE} frames. Zero columns mean that the client has no terminal: the
 *       server reads plain lines and shows no prompt.
 * </ul>
 *
 * <p>The server closes the connection after {@link Type#EXIT}. A client that goes away ends its
 * session, and what it was executing is interrupted. Any other sequence of frames is an error, on
 * which the server closes the connection.
 *
 * @param type what the payload means
 * @param payload the bytes, owned by the frame: neither side changes the array afterwards
 */
public record Frame(Type type, byte[] payload) {

  /** The largest payload in bytes; a longer announced length is an error of the peer. */
  public static final int MAX_PAYLOAD = 65536;

  /** The meaning of a frame; {@link #code()} is its byte on the wire. */
  public enum Type {
    /** Client: execute one command line. */
    EXEC(1),
    /** Client: open a shell. */
    SHELL(2),
    /** Client: bytes typed; empty at the end of the input. */
    STDIN(3),
    /** Client: the window has a new size, columns and rows of two bytes each. */
    SIZE(4),
    /** Server: bytes for the standard output. */
    STDOUT(16),
    /** Server: bytes for the standard error. */
    STDERR(17),
    /** Server: the session has ended; four bytes of status, big-endian. */
    EXIT(18);

    private final int code;

    Type(int code) {
      this.code = code;
    }

    /**
     * The type's byte on the wire.
     *
     * @return 1 to 127
     */
    public int code() {
      return code;
    }

    static Type of(int code) throws ProtocolException {
      for (Type type : values()) {
        if (type.code == code) {
          return type;
        }
      }
      throw new ProtocolException("unknown frame type " + code);
    }
  }

  /**
   * Checks the payload's length.
   *
   * @param type what the payload means
   * @param payload at most {@value #MAX_PAYLOAD} bytes
   */
  public Frame {
    Objects.requireNonNull(type);
    if (payload.length > MAX_PAYLOAD) {
      throw new IllegalArgumentException(
          payload.length + " bytes are more than a frame carries, " + MAX_PAYLOAD);
    }
  }

  /**
   * Makes a frame that carries text.
   *
   * @param type the frame's type
   * @param text sent in UTF-8, at most {@value #MAX_PAYLOAD} bytes of it
   * @return the frame
   */
  public static Frame text(Type type, String text) {
    return new Frame(type, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Makes the frame that ends a session.
   *
   * @param status the exit status
   * @return the frame
   */
  public static Frame exit(int status) {
    return new Frame(Type.EXIT, ByteBuffer.allocate(4).putInt(status).array());
  }

  /**
   * Makes the frame that opens a shell.
   *
   * @param size the window, zero columns without a terminal
   * @param terminalType the value of {@code TERM}
   * @return the frame
   */
  public static Frame shell(WindowSize size, String terminalType) {
    byte[] name = terminalType.getBytes(StandardCharsets.UTF_8);
    byte[] payload = new byte[4 + name.length];
    ByteBuffer.wrap(payload).put(size.bytes()).put(name);
    return new Frame(Type.SHELL, payload);
  }

  /**
   * The payload as UTF-8 text, from an offset on.
   *
   * @param offset the first byte, 0 to the payload's length
   * @return the text; malformed bytes become U+FFFD
   */
  public String text(int offset) {
    return new String(payload, offset, payload.length - offset, StandardCharsets.UTF_8);
  }

  /**
   * Reads the status of an {@link Type#EXIT} frame.
   *
   * @return the status
   * @throws ProtocolException if the payload is not four bytes long
   */
  public int exitStatus() throws ProtocolException {
    if (payload.length != 4) {
      throw new ProtocolException("an EXIT frame of " + payload.length + " bytes");
    }
    return ByteBuffer.wrap(payload).getInt();
  }
}
