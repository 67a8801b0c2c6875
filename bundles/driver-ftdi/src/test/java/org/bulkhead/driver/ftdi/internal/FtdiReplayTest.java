package org.bulkhead.driver.ftdi.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.bulkhead.framework.admin.FaultInfo;
import org.bulkhead.testkit.DriverBench;
import org.bulkhead.transport.sim.SerialPeer;
import org.bulkhead.transport.sim.SimFaults.Fault;
import org.bulkhead.transport.sim.SimFtdi;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A fault's trace gives the fault again, without the device that it was recorded from. */
class FtdiReplayTest {

  @TempDir Path temp;

  private static List<String> faults(DriverBench bench, int count) {
    await().atMost(Duration.ofSeconds(30)).until(() -> bench.faults().size() >= count);
    return bench.faults().stream()
        .map(f -> f.kind() + " " + f.message().replace("replay-1", "sim-1"))
        .toList();
  }

  /** While the driver sets the chip up, at its first request and later. */
  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void traceOfAFault_givesTheSameFaultAgain(int step) throws Exception {
    List<String> recorded;
    Path trace;
    try (DriverBench bench =
        DriverBench.of(FtdiOnTheBenchTest.driver())
            .restarts(0)
            .crashes(temp)
            .wire(wire -> wire.add(Fault.ERROR, 0, step, 1_000))
            .attach(new SimFtdi("A1", SerialPeer.loopback()))) {
      recorded = faults(bench, 1);
      FaultInfo fault = bench.faults().get(0);
      trace = Path.of(fault.report(), "trace.pcapng");
      await().until(() -> Files.exists(trace));
    }
    try (DriverBench bench =
        DriverBench.of(FtdiOnTheBenchTest.driver()).restarts(0).replay(trace)) {
      assertThat(faults(bench, 1)).isEqualTo(recorded);
    }
  }
}
