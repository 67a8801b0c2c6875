package org.bulkhead.transport.sim;

import java.nio.ByteBuffer;
import org.bulkhead.device.usb.ControlRequest;

/**
 * A thermometer with a protocol of its own, for whoever writes a first driver. One vendor-specific
 * interface, {@code class ff}, without endpoints, and one request:
 *
 * <pre>
 * bmRequestType 0xc1, bRequest 0x01, wIndex interface, wLength 2:
 * the temperature in hundredths of a degree Celsius, signed, little-endian
 * </pre>
 */
public final class SimThermometer implements SimDevice {

  private static final int VENDOR_IN_INTERFACE = 0xc1;
  private static final int READ_TEMPERATURE = 0x01;

  private final SimDescription description;
  private int centidegrees = 2150;

  /**
   * A thermometer that shows 21.50 °C.
   *
   * @param serialNumber the string of {@code iSerialNumber}
   */
  public SimThermometer(String serialNumber) {
    description =
        SimDescription.builder(0x1209, 0x0003)
            .manufacturer("Bulkhead")
            .product("Demo Thermometer")
            .serialNumber(serialNumber)
            .configuration(1)
            .interfaceSetting(0, 0, 0xff, 0x00, 0x00)
            .build();
  }

  /**
   * Sets what it shows.
   *
   * @param value hundredths of a degree Celsius, -32,768 to 32,767
   */
  public synchronized void show(int value) {
    centidegrees = value;
  }

  @Override
  public SimDescription description() {
    return description;
  }

  @Override
  public Handshake control(ControlRequest request, ByteBuffer data) {
    if (request.requestType() != VENDOR_IN_INTERFACE || request.request() != READ_TEMPERATURE) {
      return Handshake.UNHANDLED;
    }
    if (data.remaining() < 2) {
      return Handshake.STALL;
    }
    data.putShort((short) centidegrees);
    return Handshake.ACK;
  }
}
