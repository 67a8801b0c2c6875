package org.bulkhead.transport.libusb.internal;

import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.util.Set;

/**
 * What an interrupt does to a thread that is inside libusb's poll. Java lets a selector say so, and
 * nothing else that stays usable afterwards; this one selects nothing.
 */
final class Wakeup extends AbstractSelector {

  private final Runnable onInterrupt;

  /**
   * For the threads of one context, one after another.
   *
   * @param onInterrupt called by the thread that interrupts; does not block
   */
  Wakeup(Runnable onInterrupt) {
    super(null);
    this.onInterrupt = onInterrupt;
  }

  /** From now on an interrupt of this thread wakes it; at once where it is interrupted. */
  void arm() {
    begin();
  }

  void disarm() {
    end();
  }

  @Override
  public Selector wakeup() {
    onInterrupt.run();
    return this;
  }

  @Override
  protected void implCloseSelector() {}

  @Override
  protected SelectionKey register(AbstractSelectableChannel channel, int operations, Object with) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Set<SelectionKey> keys() {
    return Set.of();
  }

  @Override
  public Set<SelectionKey> selectedKeys() {
    return Set.of();
  }

  @Override
  public int selectNow() {
    throw new UnsupportedOperationException();
  }

  @Override
  public int select(long timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int select() {
    throw new UnsupportedOperationException();
  }
}
