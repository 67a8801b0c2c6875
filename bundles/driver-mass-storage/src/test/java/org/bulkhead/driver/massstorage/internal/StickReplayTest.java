package org.bulkhead.driver.massstorage.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.bulkhead.testkit.DriverBench;
import org.bulkhead.transport.sim.SimFaults.Fault;
import org.bulkhead.transport.sim.SimMedium;
import org.bulkhead.transport.sim.SimStick;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A fault's trace gives the fault again, without the stick that it was recorded from. */
class StickReplayTest {

  @TempDir Path temp;

  private static List<String> faults(DriverBench bench) {
    await().atMost(Duration.ofSeconds(30)).until(() -> bench.faults().size() >= 2);
    return bench.faults().stream()
        .map(f -> f.kind() + " " + f.message().replace("replay-1", "sim-1"))
        .toList();
  }

  @Test
  void traceOfAFault_givesTheSameFaultAgain() throws Exception {
    List<String> recorded;
    Path trace;
    try (DriverBench bench =
        DriverBench.of(new MassStorageDriver())
            .restarts(1)
            .crashes(temp)
            .wire(wire -> wire.add(Fault.ERROR, 0x81, 0, 10_000))
            .attach(new SimStick(SimMedium.pattern(1 << 20, 7)))) {
      recorded = faults(bench);
      trace = Path.of(bench.faults().get(1).report(), "trace.pcapng");
      await().until(() -> Files.exists(trace));
    }
    try (DriverBench bench = DriverBench.of(new MassStorageDriver()).restarts(1).replay(trace)) {
      assertThat(faults(bench)).isEqualTo(recorded);
    }
  }
}
