package org.bulkhead.transport.sim;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bulkhead.device.transport.BusTransfer;
import org.bulkhead.device.transport.Transport;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.junit.jupiter.api.Test;

/** The contract on the simulated bus, and what only a bus without hardware can be asked. */
class SimBusContractTest extends TransportContract {

  private static final int WARM_UP = 50_000;
  private static final int MEASURED = 100_000;

  private SimPort port;

  static SimDescription description() {
    return SimDescription.builder(0x1209, 0x0003)
        .manufacturer("Bulkhead")
        .product("Contract")
        .serialNumber("1")
        .configuration(1)
        .interfaceSetting(0, 0, 0xff, 0, 0)
        .bulk(SOURCE)
        .bulk(SINK)
        .endpoint(SILENT, TransferType.INTERRUPT, 8, 4)
        .interfaceSetting(1, 0, 0xff, 0, 0)
        .interfaceSetting(1, 1, 0xff, 0, 0)
        .build();
  }

  private static Handshake full(ByteBuffer packet) {
    packet.position(packet.limit());
    return Handshake.ACK;
  }

  @Override
  Transport transportWithDevice() {
    SimBus bus = new SimBus();
    port =
        bus.plug(
            new ScriptedDevice(description())
                .on(SOURCE, SimBusContractTest::full)
                .on(SINK, packet -> Handshake.ACK));
    return bus;
  }

  @Override
  void unplug() {
    port.unplug();
  }

  @Override
  void replug() {
    port.replug();
  }

  @Override
  String threadName() {
    return "bulkhead-sim-bus";
  }

  @Test
  void steadyState_allocatesNothing() throws Exception {
    Pump pump = new Pump();
    for (int i = 0; i < 4; i++) {
      allocate(TransferType.BULK, SOURCE, 4096, pump::completed).submit(4096);
    }
    assertThat(pump.done.await(60, TimeUnit.SECONDS)).as("transfers done in time").isTrue();
    // What the measurement itself and the JIT leave behind is far less than a byte a transfer.
    assertThat(pump.allocated).as("bytes for %d transfers", MEASURED).isLessThan(MEASURED / 10);
  }

  /** Submits again from the completion, as the framework does, and measures the event thread. */
  private static final class Pump {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    final CountDownLatch done = new CountDownLatch(1);
    private int count;
    private long start;
    private long allocated = Long.MAX_VALUE;

    void completed(BusTransfer transfer) {
      count++;
      if (count == WARM_UP) {
        start = THREADS.getCurrentThreadAllocatedBytes();
      } else if (count == WARM_UP + MEASURED) {
        allocated = THREADS.getCurrentThreadAllocatedBytes() - start;
        done.countDown();
      }
      if (count < WARM_UP + MEASURED) {
        try {
          transfer.submit(4096);
        } catch (UsbException e) {
          done.countDown();
        }
      }
    }
  }
}
