package org.bulkhead.transport.sim.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.bulkhead.device.usb.UsbSpeed;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.bulkhead.transport.sim.Handshake;
import org.bulkhead.transport.sim.ScriptedDevice;
import org.bulkhead.transport.sim.SerialPeer;
import org.bulkhead.transport.sim.SimBus;
import org.bulkhead.transport.sim.SimDescription;
import org.bulkhead.transport.sim.SimDevice;
import org.bulkhead.transport.sim.SimFtdi;
import org.bulkhead.transport.sim.SimMedium;
import org.bulkhead.transport.sim.SimPort;
import org.bulkhead.transport.sim.SimStick;
import org.bulkhead.transport.sim.SimThermometer;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Plugs in what the demo shows, where the framework property {@code bulkhead.demo} is true. */
@Component(service = {})
public final class DemoDevices {

  /** The framework property. */
  public static final String PROPERTY = "bulkhead.demo";

  private static final long STICK_BYTES = 32L << 20;
  private static final int SCANNER_IN = 0x81;

  /** A boot keyboard, as scanners pretend to be (HID 1.11 appendix E.6). */
  private static final String SCANNER_REPORT =
      "05010906a101050719e029e715002501750195088102950175088101950575010508190129059102"
          + "95017503910195067508150025650507190029658100c0";

  private final List<SimPort> ports = new ArrayList<>();

  /**
   * Plugs the devices in, or does nothing.
   *
   * @param context tells the property
   * @param bus where to plug in
   */
  @Activate
  public DemoDevices(BundleContext context, @Reference SimBus bus) {
    if (Boolean.parseBoolean(context.getProperty(PROPERTY))) {
      for (SimDevice device : devices()) {
        ports.add(bus.plug(device));
      }
    }
  }

  /** Takes them out again. */
  @Deactivate
  void unplug() {
    ports.forEach(SimPort::unplug);
  }

  static List<SimDevice> devices() {
    return List.of(
        stick(),
        new SimFtdi("A50285BI", SerialPeer.loopback()),
        scanner(),
        new SimThermometer("DEMO20250003"));
  }

  private static SimDevice stick() {
    SimMedium medium = SimMedium.pattern(STICK_BYTES, 1);
    medium.write(0, bootSector());
    return new SimStick(
        SimDescription.builder(0x1209, 0x0001)
            .manufacturer("Bulkhead")
            .product("Demo Flash Drive 32 MB")
            .serialNumber("DEMO20250001")
            .configuration(1)
            .interfaceSetting(0, 0, 0x08, 0x06, 0x50)
            .bulk(0x81)
            .bulk(0x02)
            .build(),
        medium);
  }

  /** Looks like that of a FAT16 volume, so that a hex dump tells what it is. */
  private static ByteBuffer bootSector() {
    ByteBuffer sector = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
    sector.put(0, new byte[] {(byte) 0xeb, 0x3c, (byte) 0x90});
    sector.put(3, "BULKHEAD".getBytes(StandardCharsets.US_ASCII));
    sector.putShort(11, (short) 512).put(13, (byte) 4).putShort(14, (short) 1).put(16, (byte) 2);
    sector.putShort(17, (short) 512).put(21, (byte) 0xf8).putShort(22, (short) 64);
    sector.putInt(32, (int) (STICK_BYTES / 512)).put(36, (byte) 0x80).put(38, (byte) 0x29);
    sector.putInt(39, 0x20250001);
    sector.put(43, "DEMO STICK FAT16   ".getBytes(StandardCharsets.US_ASCII));
    return sector.putShort(510, (short) 0xaa55);
  }

  private static SimDevice scanner() {
    byte[] report = hex(SCANNER_REPORT);
    SimDescription description =
        SimDescription.builder(0x1209, 0x0002)
            .speed(UsbSpeed.FULL)
            .manufacturer("Bulkhead")
            .product("Demo Barcode Scanner")
            .serialNumber("DEMO20250002")
            .configuration(1)
            .interfaceSetting(0, 0, 0x03, 0x01, 0x01)
            .extra(9, 0x21, 0x11, 0x01, 0, 1, 0x22, report.length, 0)
            .endpoint(SCANNER_IN, TransferType.INTERRUPT, 8, 10)
            .build();
    return new ScriptedDevice(description)
        .onControl(
            (request, data) -> {
              if (request.requestType() == 0x81 && request.value() == 0x2200) {
                data.put(report, 0, Math.min(report.length, data.remaining()));
                return Handshake.ACK;
              }
              // SET_REPORT, SET_IDLE and SET_PROTOCOL are taken and change nothing.
              return request.requestType() == 0x21 ? Handshake.ACK : Handshake.UNHANDLED;
            });
  }

  private static byte[] hex(String digits) {
    byte[] bytes = new byte[digits.length() / 2];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Integer.parseInt(digits.substring(2 * i, 2 * i + 2), 16);
    }
    return bytes;
  }
}
