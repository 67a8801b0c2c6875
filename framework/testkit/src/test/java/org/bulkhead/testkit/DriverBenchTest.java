package org.bulkhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.InjectedFault;
import org.bulkhead.transport.sim.ScriptStep;
import org.bulkhead.transport.sim.SimFaults.Fault;
import org.junit.jupiter.api.Test;

class DriverBenchTest {

  @Test
  void service_isServedByTheDriver_andNothingIsLeftBehind() throws Exception {
    try (DriverBench bench =
        DriverBench.attach(
            Lab.DRIVER, Lab.device().then(Lab.BULK_IN, ScriptStep.send((byte) 42)))) {
      byte got =
          bench
              .service(Lab.class)
              .run(
                  device -> {
                    ByteBuffer one = ByteBuffer.allocate(512);
                    device.claim(0).endpoint(Lab.BULK_IN).read(one, Duration.ofSeconds(5));
                    return one.get(0);
                  });
      assertThat(got).isEqualTo((byte) 42);
      assertThat(bench.faults()).isEmpty();
      // It is offered before it is said to run.
      bench.awaitState(CompartmentState.RUNNING);
    }
  }

  @Test
  void plantedFault_isSurvivedBySessions() throws Exception {
    try (DriverBench bench = DriverBench.attach(Lab.DRIVER, Lab.device())) {
      Lab lab = bench.service(Lab.class);
      bench.plant(InjectedFault.ERROR);
      int lives =
          lab.run(
              device -> {
                device.claim(0);
                return bench.info().incarnation();
              });
      assertThat(lives).isEqualTo(2);
      assertThat(bench.faults()).hasSize(1);
    }
  }

  @Test
  void unplugAndReplug_keepTheSession() throws Exception {
    try (DriverBench bench = DriverBench.attach(Lab.DRIVER, Lab.device())) {
      Lab lab = bench.service(Lab.class);
      bench.unplug();
      bench.replug().awaitLife(2);
      assertThat(bench.service(Lab.class)).isSameAs(lab);
      assertThat(lab.<String>run(device -> device.product())).isEqualTo("Lab");
    }
  }

  @Test
  void wireFault_reachesTheDriver() throws Exception {
    try (DriverBench bench = DriverBench.attach(Lab.DRIVER, Lab.device())) {
      bench.wire().next(Fault.STALL, 1);
      assertThatThrownBy(
              () ->
                  bench
                      .service(Lab.class)
                      .run(
                          device ->
                              device
                                  .claim(0)
                                  .endpoint(Lab.BULK_IN)
                                  .read(ByteBuffer.allocate(64), Duration.ofSeconds(5))))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("stalled");
    }
  }
}
