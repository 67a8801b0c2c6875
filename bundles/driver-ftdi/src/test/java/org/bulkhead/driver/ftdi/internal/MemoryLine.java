package org.bulkhead.driver.ftdi.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bulkhead.device.serial.SerialLine;

/** A line that keeps what it is told and has as much room as a test gives it. */
final class MemoryLine implements SerialLine {

  final StringBuilder received = new StringBuilder();
  final List<String> events = new ArrayList<>();
  final List<Runnable> waiting = new ArrayList<>();
  int room = Integer.MAX_VALUE;

  @Override
  public boolean received(ByteBuffer data) {
    while (data.hasRemaining() && room > 0) {
      received.append((char) (data.get() & 0xff));
      room--;
    }
    return !data.hasRemaining();
  }

  /** Makes room and tells the driver. */
  void makeRoom(int bytes) {
    room = bytes;
    List<Runnable> told = List.copyOf(waiting);
    waiting.clear();
    told.forEach(Runnable::run);
  }

  @Override
  public void onRoom(Runnable action) {
    waiting.add(action);
  }

  @Override
  public void sent(int bytes) {
    events.add("sent " + bytes);
  }

  @Override
  public void sendFailed(int bytes, IOException cause) {
    events.add("failed " + bytes + " " + cause.getMessage());
  }

  @Override
  public void condition(Condition condition) {
    events.add(condition.name());
  }
}
