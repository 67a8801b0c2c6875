package org.bulkhead.framework.internal.input;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.bulkhead.device.input.GapEvent;
import org.bulkhead.device.input.InputDevice;
import org.bulkhead.device.input.InputEvent;
import org.bulkhead.device.input.InputListener;
import org.osgi.service.log.Logger;

/**
 * The events that wait for one listener, bounded: the oldest goes first, and a gap tells of it.
 * Thread-safe.
 */
final class ListenerQueue {

  static final int CAPACITY = 1024;

  private final InputListener listener;
  private final Executor threads;
  private final Logger log;
  private final ArrayDeque<InputEvent> events = new ArrayDeque<>();
  private final Map<InputDevice, Long> lost = new LinkedHashMap<>();
  private boolean running;
  private boolean closed;

  /** Only the first failure in a row is logged; used by the running thread alone. */
  private boolean failing;

  ListenerQueue(InputListener listener, Executor threads, Logger log) {
    this.listener = listener;
    this.threads = threads;
    this.log = log;
  }

  void post(InputEvent event) {
    synchronized (this) {
      if (closed) {
        return;
      }
      if (events.size() == CAPACITY) {
        InputEvent oldest = events.remove();
        long missing = oldest instanceof GapEvent gap ? gap.lost() : 1;
        lost.merge(oldest.device(), missing, Long::sum);
      }
      events.add(event);
      if (running) {
        return;
      }
      running = true;
    }
    try {
      threads.execute(this::run);
    } catch (RejectedExecutionException hubClosed) {
      close();
    }
  }

  synchronized void close() {
    closed = true;
    events.clear();
    lost.clear();
  }

  private void run() {
    for (InputEvent next = next(); next != null; next = next()) {
      deliver(next);
    }
  }

  private synchronized InputEvent next() {
    Iterator<Map.Entry<InputDevice, Long>> gaps = lost.entrySet().iterator();
    if (gaps.hasNext()) {
      Map.Entry<InputDevice, Long> gap = gaps.next();
      gaps.remove();
      return new GapEvent(gap.getKey(), Instant.now(), gap.getValue());
    }
    running = !events.isEmpty();
    return events.poll();
  }

  private void deliver(InputEvent event) {
    try {
      listener.received(event);
      failing = false;
    } catch (Throwable thrown) {
      if (!failing) {
        log.warn("input listener {} failed", listener.getClass().getName(), thrown);
      }
      failing = true;
    }
    // Whatever it meant, it was not meant for the next event.
    Thread.interrupted();
  }
}
