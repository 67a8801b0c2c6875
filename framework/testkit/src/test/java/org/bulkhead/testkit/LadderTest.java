package org.bulkhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bulkhead.device.driver.UsbDriver.Attachment.NOTHING_TO_DO;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import org.bulkhead.device.contract.DeviceUnavailableException;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.Rung;
import org.bulkhead.framework.admin.RungInfo;
import org.bulkhead.transport.sim.ScriptedDevice;
import org.bulkhead.transport.sim.SimFaults;
import org.junit.jupiter.api.Test;

/** What is done about one fault after another. */
class LadderTest {

  private static final Rung[] ALL = {Rung.RESTART, Rung.CLEAR_HALTS, Rung.RESET, Rung.CYCLE_PORT};

  /** Fails to attach so many times, having claimed its interface as drivers do. */
  private static UsbDriver failing(int times) {
    return context -> {
      context.device().claim(0);
      if (context.incarnation() <= times) {
        throw new IllegalStateException("life " + context.incarnation());
      }
      context.publish(Lab.class, "0", lab(context.device()), Map.of());
      return NOTHING_TO_DO;
    };
  }

  static Lab lab(org.bulkhead.device.usb.UsbDevice device) {
    return new Lab() {
      @Override
      public <T> T run(Task<T> task) throws Exception {
        return task.run(device);
      }
    };
  }

  private static long count(DriverBench bench, Rung rung) {
    return bench.ladder().stream()
        .filter(info -> info.rung() == rung)
        .mapToLong(RungInfo::tried)
        .sum();
  }

  @Test
  void rungsFollowEachOther_andTheLastThatHelpedIsCounted() {
    try (DriverBench bench =
        DriverBench.of(failing(4)).ladder(ALL).stable(Duration.ofMillis(50)).attach(Lab.device())) {
      bench.awaitLife(5);
      assertThat(bench.faults()).hasSize(4);
      assertThat(bench.faults().get(1).action()).contains("halts cleared");
      assertThat(bench.faults().get(2).action()).contains("device reset");
      assertThat(bench.faults().get(3).action()).contains("port switched");
      assertThat(bench.port().cycles()).isEqualTo(1);
      bench.await(
          "the last rung to be counted",
          info ->
              bench.ladder().stream()
                  .anyMatch(r -> r.rung() == Rung.CYCLE_PORT && r.succeeded() == 1));
      assertThat(bench.ladder())
          .filteredOn(r -> r.rung() != Rung.CYCLE_PORT)
          .allMatch(r -> r.tried() == 1 && r.failed() == 1 && r.succeeded() == 0);
    }
  }

  @Test
  void clearHalts_clearsAHaltThatTheDriverCannot() throws Exception {
    ScriptedDevice device = Lab.device();
    UsbDriver driver =
        context -> {
          // Stalls, and would again and again.
          context
              .device()
              .claim(0)
              .endpoint(Lab.BULK_OUT)
              .write(ByteBuffer.allocate(1), Duration.ofSeconds(5));
          return NOTHING_TO_DO;
        };
    try (DriverBench bench =
        DriverBench.of(driver)
            .ladder(Rung.CLEAR_HALTS)
            .wire(faults -> faults.next(SimFaults.Fault.STALL, 1))
            .attach(device)) {
      bench.awaitLife(2);
    }
  }

  @Test
  void afterTheLadder_quarantineSaysWhatWasTried_andReleaseBeginsAnew() {
    try (DriverBench bench =
        DriverBench.of(failing(5)).ladder(ALL).restarts(4).attach(Lab.device())) {
      bench.awaitState(CompartmentState.QUARANTINED);
      assertThat(bench.info().reason())
          .contains(
              "5 faults",
              "life 5",
              "Tried: restart, then clear-halts, then reset, then cycle-port",
              "driver:release sim-1");
      assertThat(bench.port().claims()).containsExactly(0);
      bench.release().awaitLife(6);
      assertThat(count(bench, Rung.RESTART)).isEqualTo(1);
    }
  }

  @Test
  void stableTime_letsTheLadderBeginAnew() throws Exception {
    try (DriverBench bench =
        DriverBench.of(failing(0))
            .ladder(ALL)
            .restarts(1)
            .stable(Duration.ofMillis(20))
            .attach(Lab.device())) {
      for (int life = 1; life <= 4; life++) {
        bench.awaitLife(life);
        long before = life - 1;
        bench.await(
            "life " + life + " to be stable",
            info ->
                bench.ladder().stream().mapToLong(RungInfo::succeeded).sum() == before
                    && bench.info().state() == CompartmentState.RUNNING);
        bench.complain("again");
      }
      bench.awaitLife(5);
      assertThat(bench.faults()).hasSize(4).allMatch(f -> f.kind().equals("complaint"));
      assertThat(count(bench, Rung.RESTART)).isEqualTo(4);
    }
  }

  @Test
  void release_ofWhatIsNotQuarantined_doesNothing() throws Exception {
    try (DriverBench bench = DriverBench.attach(failing(0), Lab.device())) {
      bench.awaitLife(1).release();
      bench.service(Lab.class).run(usb -> null);
      assertThat(bench.info().incarnation()).isEqualTo(1);
    }
  }

  @Test
  void quarantinedDevice_failsCallsAtOnce() throws Exception {
    try (DriverBench bench = DriverBench.of(failing(0)).restarts(0).attach(Lab.device())) {
      Lab lab = bench.service(Lab.class);
      bench.complain("reads come back wrong").awaitState(CompartmentState.QUARANTINED);
      assertThatThrownBy(() -> lab.run(usb -> null))
          .isInstanceOf(DeviceUnavailableException.class)
          .hasMessageContaining("reads come back wrong");
    }
  }
}
