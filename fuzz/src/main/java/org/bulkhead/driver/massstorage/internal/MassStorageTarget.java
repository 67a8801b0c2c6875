package org.bulkhead.driver.massstorage.internal;

import static org.bulkhead.fuzz.Target.promise;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.bulkhead.device.block.BlockGeometry;
import org.bulkhead.fuzz.Target;

/**
 * {@link LogicalUnit} and {@link BulkOnlyTransport} against a device that answers as the input
 * says, over and over: every call ends, after so many bus operations, as it should or in an
 * IOException.
 */
public final class MassStorageTarget implements Target {

  private static final int READ_BYTES = 2 * 65_536;

  private final HostileStick stick = new HostileStick();
  private final ByteBuffer data = ByteBuffer.allocate(READ_BYTES);

  @Override
  public int longestBytes() {
    return 1024;
  }

  @Override
  public void read(byte[] input) throws Exception {
    if (input.length == 0) {
      return;
    }
    stick.play(input);
    ClassRequests requests = new ClassRequests(stick.device(), 0);
    BulkOnlyTransport transport = new BulkOnlyTransport("stick", requests, stick.claimed());
    LogicalUnit unit = new LogicalUnit(transport, "stick", 0, pause -> {});
    call(
        () -> {
          int highest = requests.highestLun();
          promise(highest >= 0 && highest <= 15, "a unit's number has four bits");
        });
    call(() -> promise(unit.inquire() != null, "an answer is one"));
    call(
        () -> {
          BlockGeometry geometry = unit.geometry();
          promise(geometry != null, "a medium has a shape");
        });
    call(
        () -> {
          data.clear();
          unit.read(0, data);
          promise(!data.hasRemaining(), "a read that passes is whole");
        });
    call(
        () -> {
          data.clear();
          unit.write(0, data);
          promise(!data.hasRemaining(), "a write that passes is whole");
        });
    call(unit::flush);
  }

  /** What an application may do with a unit. */
  private interface Call {
    void run() throws Exception;
  }

  private void call(Call call) throws Exception {
    stick.begin();
    try {
      call.run();
    } catch (IOException | OutOfStepException documented) {
      promise(documented.getMessage() != null, "a failure says what failed");
    }
  }
}
