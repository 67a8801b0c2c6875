package org.bulkhead.framework.internal.session;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.bulkhead.device.contract.DeviceUnavailableException;
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
 * write returns when the device took the bytes. Each caller comes by a view of the session, which
 * has the caller's patience.
 *
 * <p>Past 300 lines because the streams are part of it.
 */
final class SerialSession {

  private static final long IDLE_NANOS = 10_000_000_000L;

  private final Session session;
  private final LineBuffer buffer;
  private final String name;
  private final ReentrantLock writing = new ReentrantLock();

  /** Held while the port is opened and closed, which may wait for the device. */
  private final ReentrantLock opening = new ReentrantLock();

  /** Held while a setting is made, which may wait for the device: not for who only looks. */
  private final ReentrantLock setting = new ReentrantLock();

  private final OutputLine dtr = new OutputLine("setDtr", SerialPort::setDtr);
  private final OutputLine rts = new OutputLine("setRts", SerialPort::setRts);
  private volatile SerialPortConfiguration configuration = new SerialPortConfiguration();
  private volatile ModemLines lastLines = ModemLines.NONE;
  private volatile Object holder;
  private volatile Input input;
  private volatile Output output;

  SerialSession(String name, Session session, LineBuffer buffer) {
    this.name = name;
    this.session = session;
    this.buffer = buffer;
  }

  /** What it is a session of, with the patience of who says nothing else. */
  Session session() {
    return session;
  }

  private static SerialPort port(Session by) {
    return (SerialPort) by;
  }

  /** Waits for a turn; returns a view with what is left of the patience. */
  private Session turn(ReentrantLock lock, Session by) throws IOException {
    if (lock.tryLock()) {
      return by;
    }
    long until = System.nanoTime() + by.patienceNanos();
    try {
      if (!lock.tryLock(by.patienceNanos(), TimeUnit.NANOSECONDS)) {
        throw new DeviceUnavailableException(name + " is busy with another call past the deadline");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for " + name);
    }
    Duration left = Duration.ofNanos(Math.max(0, until - System.nanoTime()));
    return (Session) by.within(SerialPort.class, left);
  }

  InputStream getInputStream(Object user, Session by) throws IOException {
    Session view = turn(opening, by);
    try {
      checkHolder(user);
      if (input != null) {
        throw new IOException(name + " is in use: its input stream is open");
      }
      open(user, view);
      input = new Input(by);
      buffer.reader(input);
      return input;
    } finally {
      opening.unlock();
    }
  }

  OutputStream getOutputStream(Object user, Session by) throws IOException {
    Session view = turn(opening, by);
    try {
      checkHolder(user);
      if (output != null) {
        throw new IOException(name + " is in use: its output stream is open");
      }
      open(user, view);
      output = new Output(by);
      return output;
    } finally {
      opening.unlock();
    }
  }

  private void checkHolder(Object user) throws IOException {
    Object has = holder;
    if (has != null && has != user) {
      throw new IOException(name + " is in use by " + has);
    }
  }

  private void open(Object user, Session by) throws IOException {
    if (holder == null) {
      buffer.open();
      try {
        port(by).connect(buffer);
        dtr.raise(by);
        rts.raise(by);
      } catch (IOException failed) {
        disconnect(by);
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
    opening.lock();
    try {
      if (holder == user) {
        closed(input, session);
        closed(output, session);
      }
    } catch (IOException away) {
      // What there was to tell the device it will be told when it is back.
      holder = null;
    } finally {
      opening.unlock();
    }
  }

  /** The device is not offered any more. */
  void withdrawn() {
    lastLines = ModemLines.NONE;
  }

  private void closed(Object stream, Session by) throws IOException {
    if (stream == null || stream != input && stream != output) {
      return;
    }
    opening.lock();
    try {
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
        disconnect(by);
      }
    } finally {
      opening.unlock();
    }
  }

  /** A device that is away is not waited for; it comes back unconnected. */
  private void disconnect(Session by) throws IOException {
    buffer.close();
    if (!session.stickIfAbsent("connect", (Object) null)) {
      port(by).connect(null);
    }
    dtr.lower(by);
    rts.lower(by);
  }

  SerialPortConfiguration getConfiguration() {
    return configuration;
  }

  void setConfiguration(Object user, Session by, SerialPortConfiguration wanted)
      throws SerialDeviceException {
    Objects.requireNonNull(wanted, "configuration");
    set(
        user,
        by,
        port -> {
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

  boolean isDSR(Session by) {
    return lines(by).dsr();
  }

  boolean isCTS(Session by) {
    return lines(by).cts();
  }

  void setDTR(Object user, Session by, boolean on) throws SerialDeviceException {
    set(user, by, port -> dtr.choose(port, on));
  }

  void setRTS(Object user, Session by, boolean on) throws SerialDeviceException {
    set(user, by, port -> rts.choose(port, on));
  }

  /** As last seen while the driver is being restarted: who only looks does not wait. */
  private ModemLines lines(Session by) {
    if (!session.isAbsent()) {
      try {
        lastLines = port(by).modemLines();
      } catch (DeviceUnavailableException busy) {
        return lastLines;
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
    void make(SerialPort port) throws IOException;
  }

  private void set(Object user, Session by, Setting wanted) throws SerialDeviceException {
    Object has = holder;
    if (has != null && has != user) {
      throw new SerialDeviceException(
          SerialDeviceException.PORT_IN_USE, name + " is in use by " + has);
    }
    try {
      Session view = turn(setting, by);
      try {
        wanted.make(port(view));
      } finally {
        setting.unlock();
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

    void choose(SerialPort port, boolean value) throws IOException {
      way.set(port, value);
      chosen = true;
      on = value;
    }

    void raise(Session by) throws IOException {
      if (!chosen && !on) {
        try {
          way.set(port(by), true);
          on = true;
        } catch (UsbException without) {
          // A port without this line is a port yet.
        }
      }
    }

    void lower(Session by) throws IOException {
      if (!chosen && on) {
        on = false;
        if (!session.stickIfAbsent(method, false)) {
          way.set(port(by), false);
        }
      }
    }
  }

  /** Sets a line of a port. */
  @FunctionalInterface
  private interface Switch {
    void set(SerialPort port, boolean on) throws IOException;
  }

  @Override
  public String toString() {
    return name;
  }

  private void write(Session by, ByteBuffer source) throws IOException {
    SerialPort port = port(turn(writing, by));
    try {
      buffer.beginWrite();
      int total = source.remaining();
      long idleSince = System.nanoTime();
      while (source.hasRemaining()) {
        long settled = buffer.settled();
        if (offer(port, source, total) > 0 || buffer.awaitMoreThan(settled)) {
          idleSince = System.nanoTime();
        } else if (System.nanoTime() - idleSince > IDLE_NANOS) {
          throw new IOException(name + ": the driver takes no bytes, though none are under way");
        }
      }
      buffer.awaitAll();
    } catch (OutcomeUnknownException unknown) {
      throw buffer.isUnderWay() ? takenBack(port, unknown) : unknown;
    } finally {
      writing.unlock();
    }
  }

  /** What was given up is not to be sent later, behind the next write. */
  private OutcomeUnknownException takenBack(SerialPort port, OutcomeUnknownException heldUp) {
    try {
      port.cancelWrites();
      return buffer.awaitTakenBack();
    } catch (IOException failed) {
      heldUp.addSuppressed(failed);
      return heldUp;
    }
  }

  private int offer(SerialPort port, ByteBuffer source, int total) throws IOException {
    try {
      return port.write(source);
    } catch (OutcomeUnknownException unknown) {
      // Whether the driver had counted what it took is unknown as well.
      long confirmed = buffer.confirmed();
      throw new OutcomeUnknownException(unknown.getMessage(), confirmed, total - confirmed);
    }
  }

  private final class Input extends InputStream {

    private final Session by;

    Input(Session by) {
      this.by = by;
    }

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
      Runnable room = buffer.read(this, into, by.patienceNanos());
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
      closed(this, by);
    }
  }

  private final class Output extends OutputStream {

    private final Session by;

    Output(Session by) {
      this.by = by;
    }

    @Override
    public void write(int value) throws IOException {
      check();
      SerialSession.this.write(by, ByteBuffer.wrap(new byte[] {(byte) value}));
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      check();
      SerialSession.this.write(by, ByteBuffer.wrap(bytes, offset, length));
    }

    private void check() throws IOException {
      if (output != this) {
        throw new IOException("the output stream of " + name + " is closed");
      }
    }

    @Override
    public void close() throws IOException {
      closed(this, by);
    }
  }
}
