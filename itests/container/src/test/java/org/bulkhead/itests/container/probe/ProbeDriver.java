package org.bulkhead.itests.container.probe;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.block.BlockGeometry;
import org.bulkhead.device.driver.DriverContext;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.device.usb.Endpoint;
import org.bulkhead.device.usb.Transfer;
import org.bulkhead.device.usb.UsbInterface;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkUtil;

/**
 * A driver that does wrong where and how its component's properties say, in as many incarnations as
 * they say. Its block device reads blocks that are full of the driver's version.
 */
public final class ProbeDriver implements UsbDriver, BlockDevice {

  /** Property: {@code attach}, {@code call}, {@code handler} or {@code detach}. */
  public static final String PLACE = "probe.place";

  /**
   * Property: {@code exception}, {@code error}, {@code hang}, {@code loop}, {@code exit}, {@code
   * stop-gateway}, {@code thread}, {@code leave} or {@code deaf}.
   */
  public static final String KIND = "probe.kind";

  /** Property: how many incarnations do wrong. */
  public static final String LIVES = "probe.lives";

  /** Property: what the blocks are full of. */
  public static final String VERSION = "probe.version";

  /** System property: true ends those who are deaf to everything. */
  public static final String RELEASE = "probe.release";

  /** Property: the alternate setting to select, of an interface whose endpoint IN is 82. */
  public static final String ALTERNATE = "probe.alternate";

  /** What it consists of. */
  public static final List<Class<?>> PARTS = List.of(ProbeDriver.class, Left.class);

  private static final int IN = 0x81;
  private static final int BLOCK_BYTES = 512;
  private static final long BLOCKS = 1000;

  private final Map<String, Object> properties;
  private DriverContext context;
  private Endpoint in;

  /** Made by Declarative Services. */
  public ProbeDriver(Map<String, Object> properties) {
    this.properties = properties;
  }

  @Override
  public Attachment attach(DriverContext given) throws Exception {
    context = given;
    misbehave("attach");
    UsbInterface claimed = given.device().claim(given.matched().number());
    if (properties.get(ALTERNATE) instanceof Integer alternate) {
      if (claimed.descriptor().alternateSetting() != alternate) {
        claimed.select(alternate);
      }
      in = claimed.endpoint(IN + 1);
    } else {
      in = claimed.endpoint(IN);
    }
    in.submit(in.allocate(64, this::completed), null);
    given.publish(BlockDevice.class, "0", this, Map.of());
    return () -> misbehave("detach");
  }

  private void completed(Transfer transfer) throws Exception {
    transfer.check();
    misbehave("handler");
    in.submit(transfer, null);
  }

  @Override
  public BlockGeometry geometry() {
    return new BlockGeometry(BLOCK_BYTES, BLOCKS);
  }

  @Override
  public void read(long block, ByteBuffer destination) throws IOException {
    misbehave("call");
    byte version = ((Number) properties.get(VERSION)).byteValue();
    while (destination.hasRemaining()) {
      destination.put(version);
    }
  }

  @Override
  public void write(long block, ByteBuffer source) {
    source.position(source.limit());
  }

  @Override
  public void flush() {}

  private void misbehave(String place) throws IOException {
    if (place.equals(properties.get(PLACE))
        && context.incarnation() <= ((Number) properties.get(LIVES)).intValue()) {
      misbehave(place, String.valueOf(properties.get(KIND)));
    }
  }

  static void misbehave(String place, String kind) throws IOException {
    switch (kind) {
      case "exception" -> throw new IllegalStateException("probe: exception in " + place);
      case "error" -> throw new LinkageError("probe: error in " + place);
      case "hang" -> hang();
      case "loop" -> loop();
      case "exit" -> System.exit(1);
      case "thread" -> new Thread(ProbeDriver::loop).start();
      case "stop-gateway" -> stopGateway();
      case "leave" -> leaveThread();
      default -> ignoreEverybody();
    }
  }

  private static synchronized void hang() throws IOException {
    try {
      while (true) {
        ProbeDriver.class.wait();
      }
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
      throw new IOException("probe: interrupted", end);
    }
  }

  /** Starts a thread in a way that no guard sees. */
  private static void leaveThread() throws IOException {
    try {
      Thread.class.getMethod("start").invoke(new Left());
    } catch (ReflectiveOperationException refused) {
      throw new IOException("probe: no thread", refused);
    }
  }

  /** A thread of the bundle's own, whose end is no failure of the test's. */
  private static final class Left extends Thread {
    Left() {
      super("probe-left");
    }

    @Override
    public void run() {
      try {
        loop();
      } catch (Throwable ended) {
        interrupt();
      }
    }
  }

  private static void stopGateway() throws IOException {
    try {
      FrameworkUtil.getBundle(ProbeDriver.class).getBundleContext().getBundle(0).stop();
    } catch (BundleException unable) {
      throw new IOException(unable);
    }
  }

  private static void loop() {
    long turns = 0;
    while (turns >= 0) {
      try {
        turns = Math.abs(turns + 1);
      } catch (Throwable swallowed) {
        turns = 0;
      }
    }
  }

  /** A loop of Java's own code alone, which cannot be ended. */
  private static void ignoreEverybody() {
    Stream.iterate(RELEASE, UnaryOperator.identity()).anyMatch(Boolean::getBoolean);
  }
}
