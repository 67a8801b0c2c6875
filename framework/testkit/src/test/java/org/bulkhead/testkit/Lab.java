package org.bulkhead.testkit;

import static org.bulkhead.device.driver.UsbDriver.Attachment.NOTHING_TO_DO;

import java.util.Map;
import org.bulkhead.device.contract.OrNull;
import org.bulkhead.device.contract.Replay;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.device.usb.UsbDevice;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.bulkhead.transport.sim.ScriptedDevice;
import org.bulkhead.transport.sim.SimDescription;

/** A service that runs a test's own code inside a driver. */
public interface Lab {

  /** A piece of driver code. */
  interface Task<T> {
    T run(UsbDevice device) throws Exception;
  }

  /** Runs it; each Exception is the contract's, so only an Error is a fault. */
  @Replay
  @OrNull
  <T> T run(Task<T> task) throws Exception;

  /** A driver that publishes a lab. */
  UsbDriver DRIVER =
      context -> {
        UsbDevice device = context.device();
        context.publish(
            Lab.class,
            "0",
            new Lab() {
              @Override
              public <T> T run(Task<T> task) throws Exception {
                return task.run(device);
              }
            },
            Map.of());
        return NOTHING_TO_DO;
      };

  int BULK_IN = 0x81;
  int BULK_OUT = 0x02;
  int ISO_IN = 0x83;

  /** A device with a bulk endpoint either way, and an isochronous one in setting 1. */
  static ScriptedDevice device() {
    return new ScriptedDevice(
        SimDescription.builder(0x1209, 0x0002)
            .manufacturer("Bulkhead")
            .product("Lab")
            .serialNumber("1")
            .configuration(1)
            .interfaceSetting(0, 0, 0xff, 0, 0)
            .bulk(BULK_IN)
            .bulk(BULK_OUT)
            .interfaceSetting(0, 1, 0xff, 0, 0)
            .bulk(BULK_IN)
            .bulk(BULK_OUT)
            .endpoint(ISO_IN, TransferType.ISOCHRONOUS, 192, 1)
            .build());
  }
}
