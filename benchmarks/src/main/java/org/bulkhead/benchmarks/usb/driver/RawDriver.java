package org.bulkhead.benchmarks.usb.driver;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.bulkhead.benchmarks.usb.BulkheadEngine;
import org.bulkhead.benchmarks.usb.Command;
import org.bulkhead.benchmarks.usb.Tally;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.block.BlockGeometry;
import org.bulkhead.device.driver.DriverContext;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.device.usb.Endpoint;
import org.bulkhead.device.usb.StreamReader;
import org.bulkhead.device.usb.Transfer;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbInterface;

/** Runs commands on the endpoints of the stand-in, inside the gate: a flush is a command. */
public final class RawDriver implements UsbDriver, BlockDevice, BulkheadEngine.Commanded {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int OPEN_FLIGHTS = 256;

  /** By their microseconds: a wait of an open loop allocates nothing. */
  private static final Duration[] WAITS = new Duration[1_000];

  static {
    for (int i = 0; i < WAITS.length; i++) {
      WAITS[i] = Duration.ofNanos((i + 1) * 1_000L);
    }
  }

  private Endpoint source;
  private UsbInterface function;
  private volatile Command command;
  private volatile Tally tally;

  /** For the loader. */
  public RawDriver() {}

  @Override
  public Attachment attach(DriverContext context) throws UsbException {
    function = context.device().claim(context.matched().number());
    source = function.endpoint(0x81);
    context.publish(BlockDevice.class, "raw", this, Map.of());
    return Attachment.NOTHING_TO_DO;
  }

  @Override
  public void next(Command now, Tally counts) {
    command = now;
    tally = counts;
  }

  @Override
  public void flush() throws IOException {
    switch (command.mode()) {
      case "sync" -> sync();
      case "async" -> async();
      case "handler" -> handler();
      case "stream" -> stream();
      case "trip" -> trip();
      case "open" -> open();
      default -> throw new IOException(command.mode());
    }
  }

  private void sync() throws UsbException {
    Transfer transfer = source.allocate(command.size());
    int moved;
    do {
      transfer.data().clear();
      moved = source.transfer(transfer, TIMEOUT);
    } while (tally.count(moved));
    transfer.free();
  }

  private void trip() throws UsbException {
    Endpoint loopIn = function.endpoint(0x83);
    Endpoint loopOut = function.endpoint(0x04);
    Transfer out = loopOut.allocate(command.size());
    Transfer in = loopIn.allocate(command.size());
    long begin = System.nanoTime();
    boolean more = true;
    while (more) {
      out.data().clear();
      loopOut.transfer(out, TIMEOUT);
      in.data().clear();
      more = tally.count(loopIn.transfer(in, TIMEOUT));
      long end = System.nanoTime();
      tally.note(end - begin);
      begin = end;
    }
    out.free();
    in.free();
  }

  private void async() throws UsbException {
    Transfer[] all = new Transfer[command.depth()];
    for (int i = 0; i < all.length; i++) {
      all[i] = source.allocate(command.size());
    }
    tally.begin();
    for (Transfer each : all) {
      source.submit(each, null);
    }
    while (source.inFlight() > 0) {
      Transfer back = source.reap(TIMEOUT);
      back.check();
      if (tally.count(back.actualLengthBytes())) {
        back.data().clear();
        source.submit(back, null);
      }
    }
    for (Transfer each : all) {
      each.free();
    }
  }

  private void stream() throws UsbException {
    try (StreamReader reader = source.reader(command.depth(), command.size())) {
      tally.begin();
      ByteBuffer data;
      do {
        data = reader.next(TIMEOUT);
      } while (tally.count(data.remaining()));
    }
  }

  /** Begins each on time; completions come in the order of submission, and so do their times. */
  private void open() throws UsbException {
    Transfer[] idle = new Transfer[OPEN_FLIGHTS];
    for (int i = 0; i < idle.length; i++) {
      idle[i] = source.allocate(command.size());
    }
    long[] dues = new long[OPEN_FLIGHTS];
    long begun = 0;
    long ended = 0;
    tally.begin();
    long due = tally.due(0, command.depth());
    while (!tally.ends(due) || ended < begun) {
      long wait = tally.ends(due) ? Long.MAX_VALUE : due - System.nanoTime();
      if (wait <= 0 && begun - ended < OPEN_FLIGHTS) {
        Transfer next = idle[(int) (begun % OPEN_FLIGHTS)];
        next.data().clear();
        source.submit(next, null);
        dues[(int) (begun++ % OPEN_FLIGHTS)] = due;
        due = tally.due(begun, command.depth());
      } else if (begun == ended) {
        LockSupport.parkNanos(wait);
      } else {
        Transfer back = source.reap(wait <= 0 ? TIMEOUT : patience(wait));
        if (back != null) {
          back.check();
          tally.note(System.nanoTime() - dues[(int) (ended++ % OPEN_FLIGHTS)]);
          tally.count(back.actualLengthBytes());
        }
      }
    }
    for (Transfer each : idle) {
      each.free();
    }
  }

  private static Duration patience(long nanos) {
    return WAITS[(int) Math.min(WAITS.length - 1, nanos / 1_000)];
  }

  private void handler() throws UsbException {
    Transfer[] all = new Transfer[command.depth()];
    for (int i = 0; i < all.length; i++) {
      all[i] = source.allocate(command.size(), this::again);
    }
    tally.begin();
    for (Transfer each : all) {
      source.submit(each, null);
    }
  }

  private void again(Transfer back) throws UsbException {
    back.check();
    if (tally.count(back.actualLengthBytes())) {
      back.data().clear();
      source.submit(back, null);
    } else {
      back.free();
      if (source.inFlight() == 0) {
        tally.end();
      }
    }
  }

  @Override
  public BlockGeometry geometry() throws IOException {
    throw new IOException("there are no blocks");
  }

  @Override
  public void read(long block, ByteBuffer destination) throws IOException {
    throw new IOException("there are no blocks");
  }

  @Override
  public void write(long block, ByteBuffer data) throws IOException {
    throw new IOException("there are no blocks");
  }
}
