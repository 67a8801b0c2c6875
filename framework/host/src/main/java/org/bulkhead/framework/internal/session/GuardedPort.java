package org.bulkhead.framework.internal.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.bulkhead.device.serial.ModemLines;
import org.bulkhead.device.serial.SerialLine;
import org.bulkhead.device.serial.SerialPort;
import org.bulkhead.framework.internal.compartment.Incarnation;
import org.osgi.service.serial.SerialPortConfiguration;

/**
 * A driver's serial port for one incarnation: counts what it accepts, inside the gate, and gives it
 * a line that goes dead with the incarnation.
 */
final class GuardedPort implements SerialPort {

  private final SerialPort driver;
  private final LineBuffer buffer;
  private final Incarnation incarnation;
  private volatile GuardedLine connected;

  GuardedPort(SerialPort driver, LineBuffer buffer, Incarnation incarnation) {
    this.driver = driver;
    this.buffer = buffer;
    this.incarnation = incarnation;
  }

  @Override
  public void connect(SerialLine line) throws IOException {
    connected = line == null ? null : new GuardedLine();
    driver.connect(connected);
  }

  @Override
  public void configure(SerialPortConfiguration configuration) throws IOException {
    driver.configure(configuration);
  }

  @Override
  public void setDtr(boolean on) throws IOException {
    driver.setDtr(on);
  }

  @Override
  public void setRts(boolean on) throws IOException {
    driver.setRts(on);
  }

  @Override
  public void setBreak(boolean on) throws IOException {
    driver.setBreak(on);
  }

  @Override
  public ModemLines modemLines() throws IOException {
    return driver.modemLines();
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    int start = source.position();
    int taken = driver.write(source);
    if (taken < 0 || taken != source.position() - start) {
      throw new IllegalStateException(
          "write returned " + taken + " but took " + (source.position() - start) + " bytes");
    }
    // Of an incarnation that is over its successor would have to answer for.
    incarnation.check();
    buffer.accepted(taken);
    return taken;
  }

  @Override
  public void cancelWrites() throws IOException {
    driver.cancelWrites();
  }

  @Override
  public void purge() throws IOException {
    driver.purge();
  }

  /** The line as this incarnation sees it, until the next connection. */
  private final class GuardedLine implements SerialLine {

    /** Whether reports are still wanted. */
    private boolean live() {
      incarnation.check();
      return connected == this;
    }

    @Override
    public boolean received(ByteBuffer data) {
      return !live() || buffer.received(data);
    }

    @Override
    public void onRoom(Runnable action) {
      if (live()) {
        buffer.onRoom(() -> incarnation.execute(() -> incarnation.run(action::run)));
      }
    }

    @Override
    public void sent(int bytes) {
      if (live()) {
        buffer.sent(positive(bytes));
      }
    }

    @Override
    public void sendFailed(int bytes, IOException cause) {
      if (live()) {
        buffer.sendFailed(positive(bytes), cause);
      }
    }

    private int positive(int bytes) {
      if (bytes < 0) {
        throw new IllegalArgumentException("the outcome of " + bytes + " bytes");
      }
      return bytes;
    }

    @Override
    public void condition(Condition condition) {
      if (live()) {
        buffer.condition(condition);
      }
    }
  }
}
