package org.bulkhead.benchmarks;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bulkhead.device.contract.Replay;
import org.bulkhead.device.contract.Whole;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.testkit.DriverBench;
import org.bulkhead.transport.sim.SimMedium;
import org.bulkhead.transport.sim.SimStick;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A call through a session of a driver that does nothing: what the framework itself costs. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SessionCall {

  private static final int CALLS = 100_000;
  private static final int TURNS = 200;

  /** A service that does nothing. */
  public interface Nothing {

    /**
     * Uses a buffer up.
     *
     * @param buffer the buffer
     * @return its argument's limit
     * @throws IOException where the device is away
     */
    @Replay
    int call(@Whole ByteBuffer buffer) throws IOException;
  }

  private final ByteBuffer buffer = ByteBuffer.allocate(0);
  private final Nothing direct = ByteBuffer::limit;
  private DriverBench bench;
  private Nothing session;

  /** Attaches the driver. */
  @Setup
  public void attach() {
    UsbDriver driver =
        context -> {
          context.publish(Nothing.class, "0", direct, Map.of());
          return UsbDriver.Attachment.NOTHING_TO_DO;
        };
    bench = DriverBench.attach(driver, new SimStick(SimMedium.blank(1 << 20)));
    session = bench.service(Nothing.class);
    bench.awaitLife(1);
  }

  /** Ends the driver. */
  @TearDown
  public void detach() {
    bench.close();
  }

  /**
   * Through the session.
   *
   * @return nothing of interest
   * @throws IOException not expected
   */
  @Benchmark
  public int session() throws IOException {
    return session.call(buffer);
  }

  /**
   * Without a session.
   *
   * @return nothing of interest
   * @throws IOException not expected
   */
  @Benchmark
  public int direct() throws IOException {
    return direct.call(buffer);
  }

  /**
   * Prints nanoseconds of processor time and bytes allocated for one call.
   *
   * @param args none
   * @throws IOException not expected
   */
  public static void main(String[] args) throws IOException {
    SessionCall benchmark = new SessionCall();
    benchmark.attach();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().getId();
    double[] turns = new double[TURNS];
    long allocated = 0;
    int sink = 0;
    for (int turn = 0; turn < TURNS; turn++) {
      if (turn == TURNS / 2) {
        allocated = threads.getThreadAllocatedBytes(self);
      }
      long begin = threads.getCurrentThreadCpuTime();
      for (int call = 0; call < CALLS; call++) {
        sink += benchmark.session();
      }
      turns[turn] = (double) (threads.getCurrentThreadCpuTime() - begin) / CALLS;
    }
    allocated = threads.getThreadAllocatedBytes(self) - allocated;
    double[] steady = Arrays.copyOfRange(turns, TURNS / 2, TURNS);
    Arrays.sort(steady);
    benchmark.detach();
    if (sink != 0) {
      throw new IllegalStateException("the service did something");
    }
    System.out.printf(
        Locale.ROOT,
        "%.1f %.4f%n",
        steady[steady.length / 2],
        (double) allocated / ((long) CALLS * TURNS / 2));
  }
}
