package org.bulkhead.transport.sim;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.transport.TransportListener;

/** Collects arrivals and departures, and waits for them. */
final class Events implements TransportListener {

  private static final long SECONDS = 10;

  final BlockingQueue<BusDevice> arrivals = new LinkedBlockingQueue<>();
  final BlockingQueue<BusDevice> departures = new LinkedBlockingQueue<>();

  @Override
  public void arrived(BusDevice device) {
    arrivals.add(device);
  }

  @Override
  public void left(BusDevice device) {
    departures.add(device);
  }

  BusDevice arrival() throws InterruptedException {
    return next(arrivals, "an arrival");
  }

  BusDevice departure() throws InterruptedException {
    return next(departures, "a departure");
  }

  static <T> T next(BlockingQueue<T> queue, String what) throws InterruptedException {
    T next = queue.poll(SECONDS, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("waited " + SECONDS + " s for " + what);
    }
    return next;
  }
}
