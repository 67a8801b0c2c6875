package org.bulkhead.benchmarks;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** CRC-16 and tag-length-value fields of a frame of 4 KiB. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ProtocolParsing {

  /** Whether the parser is woven. */
  @Param({"false", "true"})
  public boolean woven;

  private final byte[] frame = new byte[4096];
  private ToLongFunction<byte[]> protocol;

  /** Loads the parser. */
  @Setup
  @SuppressWarnings("unchecked")
  public void load() {
    new Random(1).nextBytes(frame);
    String name = Protocol.class.getName();
    protocol = new WeavingLoader(name, woven).make(ToLongFunction.class, name);
  }

  /**
   * One frame.
   *
   * @return for JMH to consume
   */
  @Benchmark
  public long frame() {
    return protocol.applyAsLong(frame);
  }
}
