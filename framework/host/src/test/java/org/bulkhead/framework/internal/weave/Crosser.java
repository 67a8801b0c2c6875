package org.bulkhead.framework.internal.weave;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.block.BlockGeometry;
import org.bulkhead.device.driver.DriverContext;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.device.usb.UsbInterface;

/** A driver that does nothing wrong, and crosses to its device in each read. */
public final class Crosser implements UsbDriver, BlockDevice {

  private DriverContext context;
  private UsbInterface claimed;

  /** A sound driver. */
  public Crosser(String ignored) {}

  @Override
  public Attachment attach(DriverContext given) throws Exception {
    context = given;
    claimed = given.device().claim(given.matched().number());
    given.publish(BlockDevice.class, "0", this, Map.of());
    return Attachment.NOTHING_TO_DO;
  }

  @Override
  public BlockGeometry geometry() {
    return new BlockGeometry(512, 1);
  }

  @Override
  public void read(long block, ByteBuffer destination) throws IOException {
    claimed.endpoint(0x81).clearHalt();
    while (destination.hasRemaining()) {
      destination.put((byte) context.incarnation());
    }
  }

  @Override
  public void write(long block, ByteBuffer source) {}

  @Override
  public void flush() {}
}
