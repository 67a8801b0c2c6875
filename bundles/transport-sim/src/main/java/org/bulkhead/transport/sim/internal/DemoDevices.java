package org.bulkhead.transport.sim.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.bulkhead.transport.sim.SerialPeer;
import org.bulkhead.transport.sim.SimBus;
import org.bulkhead.transport.sim.SimDescription;
import org.bulkhead.transport.sim.SimDevice;
import org.bulkhead.transport.sim.SimFtdi;
import org.bulkhead.transport.sim.SimHid;
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
        SimHid.scanner("DEMO20250002"),
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
}
