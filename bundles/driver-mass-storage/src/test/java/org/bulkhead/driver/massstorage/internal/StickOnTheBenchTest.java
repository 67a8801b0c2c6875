package org.bulkhead.driver.massstorage.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.block.BlockGeometry;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.InjectedFault;
import org.bulkhead.testkit.DriverBench;
import org.bulkhead.transport.sim.SimFaults;
import org.bulkhead.transport.sim.SimFaults.Fault;
import org.bulkhead.transport.sim.SimMedium;
import org.bulkhead.transport.sim.SimStick;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The driver in the real framework, on a simulated stick, with a fault at each of its steps. */
class StickOnTheBenchTest {

  private static final int BLOCKS = 300;

  /**
   * Attaching takes 3 transfers and up, the script below some 20. A step behind the last is the
   * script without a fault, so the bound needs no care.
   */
  private static final int STEPS = 32;

  private final SimMedium medium = SimMedium.pattern(1 << 20, 7);
  private final SimStick stick = new SimStick(medium);

  private byte[] onMedium(int block, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(count * 512);
    medium.read(block * 512L, bytes);
    return bytes.array();
  }

  private static byte[] read(BlockDevice device, int block, int count) throws IOException {
    ByteBuffer to = ByteBuffer.allocate(count * 512);
    device.read(block, to);
    assertThat(to.hasRemaining()).isFalse();
    return to.array();
  }

  private static byte[] pattern(int value) {
    byte[] bytes = new byte[10 * 512];
    java.util.Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  /** What an application does, each part of which either works or says that it did not. */
  private void script(BlockDevice device, int value) throws IOException {
    assertThat(device.geometry()).isEqualTo(new BlockGeometry(512, 2048));
    assertThat(read(device, 500, BLOCKS)).isEqualTo(onMedium(500, BLOCKS));
    device.write(20, ByteBuffer.wrap(pattern(value)));
    device.flush();
    assertThat(read(device, 20, 10)).isEqualTo(pattern(value));
    assertThat(onMedium(20, 10)).isEqualTo(pattern(value));
  }

  static Stream<Arguments> faultsAtEachStep() {
    return Stream.of(Fault.STALL, Fault.SHORT, Fault.ERROR, Fault.BABBLE)
        .flatMap(fault -> steps().map(step -> Arguments.of(fault, step)));
  }

  static Stream<Integer> steps() {
    return Stream.iterate(0, step -> step < STEPS, step -> step + 1);
  }

  @ParameterizedTest
  @MethodSource("faultsAtEachStep")
  void faultAtAnyStep_isMendedOrTold_andNeverGivesWrongData(Fault fault, int step)
      throws Exception {
    // A stall of OUT data that the stick knows nothing of makes it wait for data that never come.
    int endpoint = fault == Fault.STALL ? 0x81 : SimFaults.ANY_ENDPOINT;
    try (DriverBench bench =
        DriverBench.of(new MassStorageDriver())
            .wire(wire -> wire.add(fault, endpoint, step, 1))
            .attach(stick)) {
      BlockDevice device = bench.service(BlockDevice.class);
      try {
        script(device, 1);
      } catch (IOException told) {
        assertThat(told).hasMessageContaining("sim-1");
      }
      bench.wire().clear();
      script(device, 2);
      bench.awaitState(CompartmentState.RUNNING);
    }
  }

  @ParameterizedTest
  @MethodSource("steps")
  void unplugAtAnyStep_isWaitedOut(int step) throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    try (DriverBench bench =
        DriverBench.of(new MassStorageDriver())
            .wire(wire -> wire.add(Fault.UNPLUG, SimFaults.ANY_ENDPOINT, step, 1))
            .attach(stick)) {
      Thread person =
          new Thread(
              () -> {
                bench.await("the unplug", i -> i.state() == CompartmentState.AWAY || done.get());
                bench.replug();
              });
      person.start();
      script(bench.service(BlockDevice.class), 3);
      bench.wire().clear();
      done.set(true);
      person.join();
      script(bench.service(BlockDevice.class), 4);
      assertThat(bench.faults()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(InjectedFault.class)
  void fault_isSurvivedByTheSession(InjectedFault fault) throws Exception {
    try (DriverBench bench =
        DriverBench.of(new MassStorageDriver())
            .callDeadline(java.time.Duration.ofSeconds(2))
            .attach(stick)) {
      BlockDevice device = bench.service(BlockDevice.class);
      script(device, 5);
      bench.plant(fault);
      script(device, 6);
      assertThat(bench.info().incarnation()).isEqualTo(2);
      assertThat(bench.faults()).hasSize(1);
    }
  }

  @Test
  void commandThatIsNotAnswered_isMendedAfterItsTime() throws Exception {
    try (DriverBench bench = DriverBench.attach(new MassStorageDriver(), stick)) {
      BlockDevice device = bench.service(BlockDevice.class);
      script(device, 7);
      bench.wire().add(Fault.DROP, 0x02, 0, 1);
      script(device, 8);
      assertThat(stick.resetCount()).isPositive();
      assertThat(bench.faults()).isEmpty();
    }
  }

  @Test
  void eachLogicalUnit_isItsOwnService() throws Exception {
    SimMedium other = SimMedium.pattern(1 << 16, 9);
    try (DriverBench bench =
        DriverBench.attach(new MassStorageDriver(), new SimStick(medium, other))) {
      assertThat(bench.service(BlockDevice.class, "1").geometry().blockCount()).isEqualTo(128);
      assertThat(bench.service(BlockDevice.class, "0").geometry().blockCount()).isEqualTo(2048);
    }
  }

  @Test
  void mediumError_isTold_andIsNoFault() throws Exception {
    medium.bad(40, true);
    try (DriverBench bench = DriverBench.attach(new MassStorageDriver(), stick)) {
      BlockDevice device = bench.service(BlockDevice.class);
      assertThatThrownBy(() -> read(device, 40, 1))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("medium error");
      script(device, 1);
      assertThat(bench.faults()).isEmpty();
    }
  }
}
