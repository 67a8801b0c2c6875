package org.bulkhead.campaign.internal.worker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.bulkhead.campaign.internal.worker.Deviation.Kind;
import org.osgi.service.serial.SerialDevice;
import org.osgi.service.serial.SerialDeviceException;
import org.osgi.service.serial.SerialPortConfiguration;

/** Sends numbered frames around a loop, and sees to it that settings arrive and stay. */
final class SerialLoad implements Load {

  private static final int[] BAUD = {9600, 19200, 57600, 115200};
  private static final long AFTER_FAULT_NANOS = 30_000_000L;
  private static final long LONGEST_NANOS = 5_000_000_000L;
  private static final long POLL_NANOS = 50_000L;
  private static final int SETTING_EVERY = 4;

  /** What divisors cannot do exactly. */
  private static final int TOLERANCE_PERCENT = 3;

  private final SerialDevice device;
  private final Echo echo;
  private final IntSupplier deviceBaud;
  private final Beside beside;
  private final long patienceNanos;
  private final ByteBuffer frame = ByteBuffer.allocate(Echo.FRAME);
  private final byte[] received = new byte[Echo.FRAME * 16];
  private boolean troubled;
  private InputStream in;
  private OutputStream out;
  private long number;
  private int baud = -1;

  /**
   * A load.
   *
   * @param deviceBaud what the device itself is set to
   * @param beside says whether the driver was restarted in this round, so that bytes may be lost
   * @param patienceNanos how long to wait for an echo
   */
  SerialLoad(
      SerialDevice device, Echo echo, IntSupplier deviceBaud, Beside beside, long patienceNanos) {
    this.patienceNanos = patienceNanos;
    this.device = device;
    this.echo = echo;
    this.deviceBaud = deviceBaud;
    this.beside = beside;
  }

  @Override
  public void round() throws Deviation {
    try {
      open();
      if (number % SETTING_EVERY == 0) {
        int wanted = BAUD[(int) (number / SETTING_EVERY % BAUD.length)];
        baud = -1;
        device.setConfiguration(new SerialPortConfiguration(wanted));
        baud = wanted;
      }
      Echo.fill(frame, ++number);
      out.write(frame.array(), 0, Echo.FRAME);
      read(beside.life());
    } catch (IOException | SerialDeviceException | RuntimeException | Error thrown) {
      troubled = true;
      throw Deviation.of(thrown);
    }
    if (baud != -1 && Math.abs(deviceBaud.getAsInt() - baud) > baud * TOLERANCE_PERCENT / 100) {
      throw new Deviation(
          Kind.WRONG, "the port is set to " + deviceBaud.getAsInt() + " baud, not " + baud);
    }
  }

  private void open() throws IOException {
    if (in == null) {
      in = device.getInputStream();
    }
    if (out == null) {
      out = device.getOutputStream();
    }
  }

  private void read(long life) throws IOException, Deviation {
    long start = System.nanoTime();
    int count = 0;
    while (!isBack(count)) {
      int there = in.available();
      if (there > 0 && count < received.length) {
        count += in.read(received, count, Math.min(there, received.length - count));
        beside.progress();
      } else if (isOver(System.nanoTime() - start) || count == received.length) {
        boolean told = beside.disturbed() || troubled;
        troubled = true;
        if (!echo.has(number)) {
          throw Deviation.acknowledged(life, "an acknowledged write did not reach the device");
        }
        // What a driver had received dies with it, and the application is told of the death only.
        throw new Deviation(
            told ? Kind.TOLD : Kind.WRONG,
            count < Echo.FRAME ? "bytes did not come back" : "wrong bytes came back");
      } else {
        LockSupport.parkNanos(POLL_NANOS);
        if (Thread.interrupted()) {
          throw new Deviation(Kind.BEYOND, "the round never ended");
        }
      }
    }
    troubled = false;
  }

  /** What was lost with the driver does not come, so it is not waited for. */
  private boolean isOver(long nanos) {
    return nanos > LONGEST_NANOS
        || nanos > patienceNanos && !beside.sound()
        || nanos > AFTER_FAULT_NANOS && beside.disturbed();
  }

  /** After trouble, what is left of earlier frames may come first. */
  private boolean isBack(int count) {
    int from = count - Echo.FRAME;
    return from >= 0
        && (from == 0 || troubled)
        && Arrays.equals(received, from, count, frame.array(), 0, Echo.FRAME);
  }

  @Override
  public void settle() {
    try {
      for (int calm = 0; in != null && calm < 3; calm++) {
        while (in.available() > 0) {
          in.read(new byte[in.available()]);
          calm = 0;
        }
        LockSupport.parkNanos(3_000_000L);
      }
    } catch (IOException away) {
      // Then nothing is there.
    }
  }

  @Override
  public long twice() {
    return echo.twice();
  }

  @Override
  public void close() {
    close(in);
    close(out);
    in = null;
    out = null;
  }

  private static void close(AutoCloseable stream) {
    try {
      if (stream != null) {
        stream.close();
      }
    } catch (Exception away) {
      // It is closed all the same.
    }
  }
}
