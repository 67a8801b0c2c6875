package org.bulkhead.testkit;

import java.time.Duration;
import org.bulkhead.device.usb.Endpoint;
import org.bulkhead.transport.sim.ScriptedDevice;
import org.junit.jupiter.api.AfterEach;

/** A lab on a device of its own for each test. */
abstract class LabTest {

  static final Duration LONG = Duration.ofSeconds(20);
  static final Duration SHORT = Duration.ofMillis(30);

  final ScriptedDevice device = Lab.device();
  final DriverBench bench = DriverBench.attach(Lab.DRIVER, device);
  final Lab lab = bench.service(Lab.class);

  @AfterEach
  void end() {
    bench.close();
  }

  /** A task with an endpoint. */
  interface Use {
    void of(Endpoint endpoint) throws Exception;
  }

  /** Runs a task inside the driver. */
  final void use(int endpointAddress, Use task) throws Exception {
    lab.run(
        usb -> {
          task.of(usb.claim(0).endpoint(endpointAddress));
          return null;
        });
  }
}
