package org.bulkhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bulkhead.device.driver.DriverContext;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.device.usb.UsbDevice;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.Rung;
import org.bulkhead.transport.sim.Handshake;
import org.bulkhead.transport.sim.SimDescription;
import org.bulkhead.transport.sim.SimDevice;
import org.bulkhead.transport.sim.SimHost;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A device may leave whatever its compartment is at: back again, it is served. */
@Timeout(60)
class UnplugTest {

  private static final Duration DAY = Duration.ofDays(1);
  private static final byte ANSWER = 7;

  /** What the compartment is at. */
  enum Moment {
    /** The driver is being attached. */
    ATTACH,
    /** A call waits inside the driver; it is made again, as its contract says. */
    CALL,
    /** The driver ends in good order, for a restart. */
    DETACH,
    /** A fault was seen, and the pause before the next life is on. */
    BACKOFF,
    /** The ladder has come to resetting the device, which leaves in the midst of it. */
    RESET,
    /** The ladder has switched the port, and the device leaves as it comes back from that. */
    PORT_CYCLE,
    /** The driver was given up. */
    QUARANTINE,
    /** The driver is being swapped; its successor comes before the device is back. */
    HAND_OVER,
    /** The same, and the device is back first. */
    HAND_OVER_TO_LATER
  }

  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch pulled = new CountDownLatch(1);
  private final CompletableFuture<Runnable> unplugging = new CompletableFuture<>();
  private final CountDownLatch unplugged = new CountDownLatch(1);
  private CompletableFuture<Byte> call;

  /** Answers reads, but for the call that is to be caught inside; and leaves on cue. */
  private final class Leaver implements SimDevice {

    private final Moment moment;
    private int arrivals;

    Leaver(Moment moment) {
      this.moment = moment;
    }

    @Override
    public SimDescription description() {
      return Lab.device().description();
    }

    @Override
    public void attached(SimHost host) {
      if (moment == Moment.PORT_CYCLE && ++arrivals == 2) {
        unplug();
      }
    }

    @Override
    public void reset() {
      if (moment == Moment.RESET) {
        unplug();
      }
    }

    private void unplug() {
      unplugging.join().run();
      unplugged.countDown();
    }

    @Override
    public Handshake in(int endpointAddress, ByteBuffer packet) {
      if (moment == Moment.CALL && pulled.getCount() > 0) {
        reached.countDown();
        return Handshake.NAK;
      }
      packet.put(ANSWER);
      return Handshake.ACK;
    }
  }

  private UsbDriver.Attachment attach(Moment moment, DriverContext context) throws Exception {
    UsbDevice device = context.device();
    device.claim(0);
    boolean first = context.incarnation() == 1;
    switch (moment) {
      case ATTACH -> {
        if (first) {
          reached.countDown();
          context.pause(DAY);
        }
      }
      case BACKOFF, RESET, PORT_CYCLE, QUARANTINE -> {
        if (first) {
          throw new IllegalStateException("a bad beginning");
        }
      }
      default -> {}
    }
    context.publish(Lab.class, "0", LadderTest.lab(device), Map.of());
    return () -> {
      if (moment == Moment.DETACH && first) {
        reached.countDown();
        pulled.await();
      }
    };
  }

  private static BenchOptions options(Moment moment, UsbDriver driver) {
    BenchOptions options = DriverBench.of(driver);
    return switch (moment) {
      case BACKOFF -> options.backoff(DAY);
      case RESET -> options.ladder(Rung.RESET);
      case PORT_CYCLE -> options.ladder(Rung.CYCLE_PORT);
      case QUARANTINE -> options.restarts(0);
      default -> options;
    };
  }

  private static byte read(Lab lab) {
    try {
      return lab.run(
          usb -> {
            ByteBuffer packet = ByteBuffer.allocate(1);
            usb.claim(0).endpoint(Lab.BULK_IN).read(packet, Duration.ofSeconds(20));
            return packet.get(0);
          });
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** Brings the compartment there, and pulls the device out. */
  private void leave(Moment moment, DriverBench bench) throws Exception {
    switch (moment) {
      case ATTACH -> assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
      case CALL -> {
        Lab lab = bench.service(Lab.class);
        call = CompletableFuture.supplyAsync(() -> read(lab));
        assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
      }
      case DETACH -> {
        bench.awaitLife(1).restart();
        assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
      }
      case BACKOFF -> bench.awaitState(CompartmentState.BACKOFF);
      case RESET, PORT_CYCLE -> {
        unplugging.complete(bench.port()::unplug);
        // A port that is switched off has its device away as well, for a moment.
        assertThat(unplugged.await(20, TimeUnit.SECONDS)).isTrue();
      }
      case QUARANTINE -> bench.awaitState(CompartmentState.QUARANTINED);
      case HAND_OVER, HAND_OVER_TO_LATER -> bench.awaitLife(1).stopDriver();
    }
    if (moment != Moment.RESET && moment != Moment.PORT_CYCLE) {
      bench.port().unplug();
    }
    pulled.countDown();
    bench.awaitState(CompartmentState.AWAY);
  }

  @ParameterizedTest
  @EnumSource
  void deviceThatLeaves_isServedOnceItIsBack_andNothingIsLeftOver(Moment moment) throws Exception {
    UsbDriver driver = context -> attach(moment, context);
    try (DriverBench bench = options(moment, driver).attach(new Leaver(moment))) {
      leave(moment, bench);
      int faults = bench.faults().size();
      assertThat(bench.port().plugged()).isFalse();
      switch (moment) {
        case HAND_OVER -> bench.startDriver().replug();
        case HAND_OVER_TO_LATER -> bench.replug().startDriver();
        default -> bench.replug();
      }
      bench.awaitState(CompartmentState.RUNNING);
      assertThat(read(bench.service(Lab.class))).isEqualTo(ANSWER);
      if (call != null) {
        assertThat(call.get(20, TimeUnit.SECONDS)).isEqualTo(ANSWER);
      }
      assertThat(bench.port().claims()).containsExactly(0);
      // To leave is no fault, whatever it interrupts.
      assertThat(bench.faults()).hasSize(faults);
      bench.unplug();
      assertThat(bench.port().claims()).isEmpty();
    }
  }
}
