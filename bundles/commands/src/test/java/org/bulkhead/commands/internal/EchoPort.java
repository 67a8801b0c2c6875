package org.bulkhead.commands.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.bulkhead.device.contract.OutcomeUnknownException;
import org.osgi.service.serial.SerialDevice;
import org.osgi.service.serial.SerialPortConfiguration;

/** A serial port that receives what it sends. */
final class EchoPort implements SerialDevice {

  final AtomicInteger openStreams = new AtomicInteger();
  volatile boolean dying;
  private final BlockingQueue<Integer> line = new LinkedBlockingQueue<>();
  private SerialPortConfiguration configuration = new SerialPortConfiguration(9600);
  private boolean dtr;
  private boolean rts;

  @Override
  public InputStream getInputStream() {
    openStreams.incrementAndGet();
    return new InputStream() {
      @Override
      public int read() throws IOException {
        try {
          return line.take();
        } catch (InterruptedException e) {
          throw new InterruptedIOException();
        }
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        bytes[offset] = (byte) read();
        return 1;
      }

      @Override
      public void close() {
        openStreams.decrementAndGet();
      }
    };
  }

  @Override
  public OutputStream getOutputStream() {
    openStreams.incrementAndGet();
    return new OutputStream() {
      @Override
      public void write(int b) {
        line.add(b & 0xff);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        if (dying) {
          throw new OutcomeUnknownException("it died", 1, length - 1);
        }
        super.write(bytes, offset, length);
      }

      @Override
      public void close() {
        openStreams.decrementAndGet();
      }
    };
  }

  @Override
  public SerialPortConfiguration getConfiguration() {
    return configuration;
  }

  @Override
  public void setConfiguration(SerialPortConfiguration configuration) {
    this.configuration = configuration;
  }

  @Override
  public boolean isDTR() {
    return dtr;
  }

  @Override
  public boolean isRTS() {
    return rts;
  }

  @Override
  public boolean isDSR() {
    return false;
  }

  @Override
  public boolean isCTS() {
    return false;
  }

  @Override
  public void setDTR(boolean on) {
    dtr = on;
  }

  @Override
  public void setRTS(boolean on) {
    rts = on;
  }
}
