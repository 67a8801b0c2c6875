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
import org.osgi.service.serial.SerialDevice;
import org.osgi.service.serial.SerialDeviceException;
import org.osgi.service.serial.SerialPortConfiguration;

/**
 * The standard serial device over a session of a driver's port. Open while one of its streams is;
 * each stream is given out once at a time.
 *
 * <p>A read waits for data; while the device is away it waits as long as every session call does. A
 * write returns when the device took the bytes.
 */
final class SerialSession implements SerialDevice {

  private static final long IDLE_NANOS = 10_000_000_000L;

  private final Session session;
  private final SerialPort port;
  private final LineBuffer buffer;
  private final String name;
  private final ReentrantLock writing = new ReentrantLock();
  private SerialPortConfiguration configuration = new SerialPortConfiguration();
  private boolean dtr;
  private boolean rts;
  private Input input;
  private volatile Output output;

  SerialSession(String name, Session session, LineBuffer buffer) {
    this.name = name;
    this.session = session;
    this.port = (SerialPort) session;
    this.buffer = buffer;
  }

  @Override
  public synchronized InputStream getInputStream() throws IOException {
    if (input != null) {
      throw new IOException(name + " is in use: its input stream is open");
    }
    open();
    input = new Input();
    buffer.reader(input);
    return input;
  }

  @Override
  public synchronized OutputStream getOutputStream() throws IOException {
    if (output != null) {
      throw new IOException(name + " is in use: its output stream is open");
    }
    open();
    output = new Output();
    return output;
  }

  private void open() throws IOException {
    if (input == null && output == null) {
      buffer.open();
      port.connect(buffer);
    }
  }

  private synchronized void closed(Object stream) throws IOException {
    if (stream == input) {
      input = null;
      buffer.reader(null);
    } else if (stream == output) {
      output = null;
    } else {
      return;
    }
    if (input == null && output == null) {
      buffer.close();
      // A device that is away is not waited for; it comes back unconnected.
      if (!session.stickIfAbsent("connect", (Object) null)) {
        port.connect(null);
      }
    }
  }

  @Override
  public synchronized SerialPortConfiguration getConfiguration() {
    return configuration;
  }

  @Override
  public synchronized void setConfiguration(SerialPortConfiguration wanted)
      throws SerialDeviceException {
    Objects.requireNonNull(wanted, "configuration");
    set(() -> port.configure(wanted));
    configuration = wanted;
  }

  @Override
  public synchronized boolean isDTR() {
    return dtr;
  }

  @Override
  public synchronized boolean isRTS() {
    return rts;
  }

  @Override
  public boolean isDSR() {
    return lines().dsr();
  }

  @Override
  public boolean isCTS() {
    return lines().cts();
  }

  @Override
  public synchronized void setDTR(boolean on) throws SerialDeviceException {
    set(() -> port.setDtr(on));
    dtr = on;
  }

  @Override
  public synchronized void setRTS(boolean on) throws SerialDeviceException {
    set(() -> port.setRts(on));
    rts = on;
  }

  private ModemLines lines() {
    try {
      return port.modemLines();
    } catch (IOException away) {
      // The standard's getters cannot tell of an absence; lines of a device that is away are off.
      return ModemLines.NONE;
    }
  }

  /** A setting of the port. */
  @FunctionalInterface
  private interface Setting {
    void make() throws IOException;
  }

  private void set(Setting setting) throws SerialDeviceException {
    try {
      setting.make();
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
