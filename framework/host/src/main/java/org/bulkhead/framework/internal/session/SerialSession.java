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

  private final SerialPort port;
  private final LineBuffer buffer;
  private final String name;
  private final ReentrantLock writing = new ReentrantLock();
  private SerialPortConfiguration configuration = new SerialPortConfiguration();
  private boolean dtr;
  private boolean rts;
  private Input input;
  private Output output;

  SerialSession(String name, SerialPort port, LineBuffer buffer) {
    this.name = name;
    this.port = port;
    this.buffer = buffer;
  }

  @Override
  public synchronized InputStream getInputStream() throws IOException {
    if (input != null) {
      throw new IOException(name + " is in use: its input stream is open");
    }
    open();
    input = new Input();
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
    } else if (stream == output) {
      output = null;
    } else {
      return;
    }
    if (input == null && output == null) {
      buffer.close();
      port.connect(null);
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
      while (source.hasRemaining()) {
        long confirmed = buffer.confirmed();
        if (offer(source) == 0) {
          buffer.awaitMoreThan(confirmed);
        }
      }
      buffer.awaitAll();
    } finally {
      writing.unlock();
    }
  }

  private int offer(ByteBuffer source) throws IOException {
    try {
      return port.write(source);
    } catch (OutcomeUnknownException unknown) {
      throw new OutcomeUnknownException(
          unknown.getMessage(), buffer.confirmed(), buffer.unconfirmed() + unknown.bytesUnknown());
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
      Runnable room = buffer.read(into);
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
      SerialSession.this.write(ByteBuffer.wrap(new byte[] {(byte) value}));
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      SerialSession.this.write(ByteBuffer.wrap(bytes, offset, length));
    }

    @Override
    public void close() throws IOException {
      closed(this);
    }
  }
}
