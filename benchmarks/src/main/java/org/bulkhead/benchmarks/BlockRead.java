package org.bulkhead.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.testkit.DriverBench;
import org.bulkhead.transport.sim.SimMedium;
import org.bulkhead.transport.sim.SimStick;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** 64 KiB from a simulated stick: session, gate, mass-storage driver, endpoint, transport. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class BlockRead {

  private static final String PACKAGE = "org.bulkhead.driver.massstorage.";

  /** Whether the driver is woven. */
  @Param({"false", "true"})
  public boolean woven;

  private final ByteBuffer block = ByteBuffer.allocateDirect(64 << 10);
  private DriverBench bench;
  private BlockDevice session;

  /** Attaches the driver. */
  @Setup
  public void attach() {
    UsbDriver driver =
        new WeavingLoader(PACKAGE, woven)
            .make(UsbDriver.class, PACKAGE + "internal.MassStorageDriver");
    bench = DriverBench.attach(driver, new SimStick(SimMedium.blank(1 << 20)));
    session = bench.service(BlockDevice.class);
  }

  /** Ends the driver. */
  @TearDown
  public void detach() {
    bench.close();
  }

  /**
   * One read.
   *
   * @throws IOException not expected
   */
  @Benchmark
  public void read() throws IOException {
    session.read(0, block.clear());
  }
}
