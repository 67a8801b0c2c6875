package org.bulkhead.transport.replay.internal;

import java.util.List;
import org.bulkhead.device.transport.Transport;
import org.bulkhead.device.transport.TransportListener;

/** The thread that tells of devices and completes transfers. */
public final class EventThread implements Transport.Watch {

  private static final long CLOSE_MILLIS = 5_000;

  private final TransportListener listener;
  private final Thread thread = new Thread(this::run, "replay-events");
  private final Object lock = new Object();
  private List<Player> players = List.of();
  private boolean work;
  private boolean closed;

  /** A thread that does not run yet. */
  public EventThread(TransportListener listener) {
    this.listener = listener;
    thread.setDaemon(true);
  }

  /** Plugs devices in. */
  public void start(List<Player> plugged) {
    players = plugged;
    thread.start();
  }

  void wake() {
    synchronized (lock) {
      work = true;
      lock.notifyAll();
    }
  }

  boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  private void run() {
    players.forEach(player -> player.arrive(listener));
    boolean last = false;
    while (!last) {
      last = closing();
      for (Player player : players) {
        if (last) {
          player.depart();
        }
        player.play(listener);
      }
    }
  }

  /** Waits for work; true where there will be no more. */
  private boolean closing() {
    synchronized (lock) {
      while (!work && !closed) {
        try {
          lock.wait();
        } catch (InterruptedException nobodys) {
          // This thread ends by close() only.
        }
      }
      work = false;
      return closed;
    }
  }

  @Override
  public void close() {
    if (isCurrent()) {
      throw new IllegalStateException("a watch is not closed from its own event thread");
    }
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
    }
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
