package org.bulkhead.transport.libusb;

import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.usb.UsbException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A bus that is watched during each test. */
abstract class BusTest {

  static final String PORT = "1-1";

  Bus bus;

  @BeforeEach
  void watch() {
    bus = new Bus();
  }

  @AfterEach
  void close() {
    bus.close();
  }

  /** The device that most tests are about, plugged in and opened, its interfaces claimed. */
  BusHandle open(Simulator simulator) throws UsbException {
    simulator.plug(PORT);
    return bus.open(PORT, 0, 1);
  }
}
