package org.bulkhead.framework.internal.session;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.bulkhead.device.contract.OutcomeUnknownException;
import org.bulkhead.device.serial.ModemLines;
import org.bulkhead.device.serial.SerialPort;
import org.bulkhead.device.usb.UsbException;
import org.osgi.service.serial.SerialDeviceException;
import org.osgi.service.serial.SerialPortConfiguration;

/**
 * What the standard serial devices of all bundles share: the session of a driver's port. Open while
 * one of its streams is; each stream is given out once at a time, and who has one has the port.
 *
 * <p>A read waits for data; while the device is away it waits as long as every session call does. A
 * write returns when the device took the bytes.
 *
 * <p>Past 300 lines because the streams are part of it.
 */
final class SerialSession {

  private static final long IDLE_NANOS = 10_000_000_000L;

  private final Session session;
  private final SerialPort port;
  private final LineBuffer buffer;
  private final String name;
  private final ReentrantLock writing = new ReentrantLock();

  /** Held while a setting is made, which may wait for the device: not for who only looks. */
  private final Object setting = new Object();

  private final OutputLine dtr;
  private final OutputLine rts;
  private volatile SerialPortConfiguration configuration = new SerialPortConfiguration();
  private volatile ModemLines lastLines = ModemLines.NONE;
  private volatile Object holder;
  private Input input;
  private volatile Output output;

  SerialSession(String name, Session session, LineBuffer buffer) {
    this.name = name;
    this.session = session;
    this.port = (SerialPort) session;
    this.buffer = buffer;
    dtr = new OutputLine("setDtr", port::setDtr);
    rts = new OutputLine("setRts", port::setRts);
  }

  synchronized InputStream getInputStream(Object user) throws IOException {
    checkHolder(user);
    if (input != null) {
      throw new IOException(name + " is in use: its input stream is open");
    }
    open(user);
    input = new Input();
    buffer.reader(input);
    return input;
  }

  synchronized OutputStream getOutputStream(Object user) throws IOException {
    checkHolder(user);
    if (output != null) {
      throw new IOException(name + " is in use: its output stream is open");
    }
    open(user);
    output = new Output();
    return output;
  }

  private void checkHolder(Object user) throws IOException {
    Object has = holder;
    if (has != null && has != user) {
      throw new IOException(name + " is in use by " + has);
    }
  }

  private void open(Object user) throws IOException {
    if (holder == null) {
      buffer.open();
      try {
        port.connect(buffer);
        dtr.raise();
        rts.raise();
      } catch (IOException failed) {
        disconnect();
        throw failed;
      }
      holder = user;
    }
  }

  /** Closes what somebody has open. Does not wait for a device that is away. */
  void release(Object user) {
    if (holder != user) {
      return;
    }
    synchronized (this) {
      if (holder == user) {
        try {
          closed(input);
          closed(output);
        } catch (IOException away) {
          // What there was to tell the device it will be told when it is back.
          holder = null;
        }
      }
    }
  }

  /** The device is not offered any more. */
  void withdrawn() {
    lastLines = ModemLines.NONE;
  }

  private synchronized void closed(Object stream) throws IOException {
    if (stream == null) {
      return;
    }
    if (stream == input) {
      input = null;
      buffer.reader(null);
    } else if (stream == output) {
      output = null;
    } else {
      return;
    }
    if (input == null && output == null) {
      holder = null;
      disconnect();
    }
  }

  /** A device that is away is not waited for; it comes back unconnected. */
  private void disconnect() throws IOException {
    buffer.close();
    if (!session.stickIfAbsent("connect", (Object) null)) {
      port.connect(null);
    }
    dtr.lower();
    rts.lower();
  }

  SerialPortConfiguration getConfiguration() {
    return configuration;
  }

  void setConfiguration(Object user, SerialPortConfiguration wanted) throws SerialDeviceException {
    Objects.requireNonNull(wanted, "configuration");
    set(
        user,
        () -> {
          port.configure(wanted);
          configuration = wanted;
        });
  }

  boolean isDTR() {
    return dtr.on;
  }

  boolean isRTS() {
    return rts.on;
  }

  boolean isDSR() {
    return lines().dsr();
  }

  boolean isCTS() {
    return lines().cts();
  }

  void setDTR(Object user, boolean on) throws SerialDeviceException {
    set(user, () -> dtr.choose(on));
  }

  void setRTS(Object user, boolean on) throws SerialDeviceException {
    set(user, () -> rts.choose(on));
  }

  /** As last seen while the driver is being restarted: who only looks does not wait. */
  private ModemLines lines() {
    if (!session.isAbsent()) {
      try {
        lastLines = port.modemLines();
      } catch (IOException away) {
        // The standard's getters cannot tell of an absence; lines of a device that is away are off.
        lastLines = ModemLines.NONE;
      }
    }
    return lastLines;
  }

  /** A setting of the port. */
  @FunctionalInterface
  private interface Setting {
    void make() throws IOException;
  }

  private void set(Object user, Setting wanted) throws SerialDeviceException {
    Object has = holder;
    if (has != null && has != user) {
      throw new SerialDeviceException(
          SerialDeviceException.PORT_IN_USE, name + " is in use by " + has);
    }
    try {
      synchronized (setting) {
        wanted.make();
      }
    } catch (IllegalArgumentException unsupported) {
      throw failure(SerialDeviceException.UNSUPPORTED_OPERATION, unsupported);
    } catch (IOException failed) {
      throw failure(SerialDeviceException.UNKNOWN, failed);
    }
  }

  private SerialDeviceException failure(int type, Exception cause) {
    SerialDeviceException failure =
        new SerialDeviceException(type, name + ": " + cause.getMessage());
    failure.initCause(cause);
    return failure;
  }

  /**
   * DTR or RTS. Opening raises it and closing lowers it, as terminals do and devices expect, until
   * an application chooses for itself.
   */
  private final class OutputLine {

    private final String method;
    private final Switch way;
    private volatile boolean on;
    private boolean chosen;

    OutputLine(String method, Switch way) {
      this.method = method;
      this.way = way;
    }

    void choose(boolean value) throws IOException {
      way.set(value);
      chosen = true;
      on = value;
    }

    void raise() throws IOException {
      if (!chosen && !on) {
        try {
          way.set(true);
          on = true;
        } catch (UsbException without) {
          // A port without this line is a port yet.
        }
      }
    }

    void lower() throws IOException {
      if (!chosen && on) {
        on = false;
        if (!session.stickIfAbsent(method, false)) {
          way.set(false);
        }
      }
    }
  }

  /** Sets a line of the driver's. */
  @FunctionalInterface
  private interface Switch {
    void set(boolean on) throws IOException;
  }

  @Override
  public String toString() {
    return name;
  }

  private void write(ByteBuffer source) throws IOException {
    writing.lock();
    try {
      buffer.beginWrite();
      int total = source.remaining();
      long idleSince = System.nanoTime();
      while (source.hasRemaining()) {
        long settled = buffer.settled();
        if (offer(source, total) > 0 || buffer.awaitMoreThan(settled)) {
          idleSince = System.nanoTime();
        } else if (System.nanoTime() - idleSince > IDLE_NANOS) {
          throw new IOException(name + ": the driver takes no bytes, though none are under way");
        }
      }
      buffer.awaitAll();
    } finally {
      writing.unlock();
    }
  }

  private int offer(ByteBuffer source, int total) throws IOException {
    try {
      return port.write(source);
    } catch (OutcomeUnknownException unknown) {
      // Whether the driver had counted what it took is unknown as well.
      long confirmed = buffer.confirmed();
      throw new OutcomeUnknownException(unknown.getMessage(), confirmed, total - confirmed);
    }
  }

  private final class Input extends InputStream {

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, bytes.length);
      if (length == 0) {
        return 0;
      }
      ByteBuffer into = ByteBuffer.wrap(bytes, offset, length);
      Runnable room = buffer.read(this, into);
      if (room != null) {
        room.run();
      }
      return into.position() - offset;
    }

    @Override
    public int available() {
      return buffer.available();
    }

    @Override
    public void close() throws IOException {
      closed(this);
    }
  }

  private final class Output extends OutputStream {

    @Override
    public void write(int value) throws IOException {
      check();
      SerialSession.this.write(ByteBuffer.wrap(new byte[] {(byte) value}));
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      check();
      SerialSession.this.write(ByteBuffer.wrap(bytes, offset, length));
    }

    private void check() throws IOException {
      if (output != this) {
        throw new IOException("the output stream of " + name + " is closed");
      }
    }

    @Override
    public void close() throws IOException {
      closed(this);
    }
  }
}
