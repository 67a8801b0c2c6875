package org.bulkhead.driver.ftdi.internal;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.device.usb.DeviceIdentity;
import org.bulkhead.device.usb.Endpoint;
import org.bulkhead.device.usb.UsbDevice;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.UsbInterface;
import org.bulkhead.device.usb.UsbSpeed;
import org.bulkhead.device.usb.descriptor.ConfigurationDescriptor;
import org.bulkhead.device.usb.descriptor.Direction;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.bulkhead.device.usb.descriptor.UsbDescriptors;

/** A chip that notes the requests made of it. */
final class MemoryDevice implements UsbDevice, UsbInterface {

  final List<ControlRequest> requests = new ArrayList<>();
  final MemoryEndpoint in;
  final MemoryEndpoint out;
  final List<Integer> claims = new ArrayList<>();

  /** Which requests the chip answers with STALL. */
  Predicate<ControlRequest> refuses = request -> false;

  byte[] modemStatus = {0x01, 0x60};

  private final int version;
  private final int interfaceNumber;

  MemoryDevice(int version, int interfaceNumber, int packetBytes) {
    this.version = version;
    this.interfaceNumber = interfaceNumber;
    in = new MemoryEndpoint(0x81, packetBytes);
    out = new MemoryEndpoint(0x02, packetBytes);
  }

  @Override
  public int control(ControlRequest request, ByteBuffer data, Duration timeout)
      throws UsbException {
    requests.add(request);
    if (refuses.test(request)) {
      throw new UsbException(Kind.STALL, request + " refused");
    }
    if (request.direction() == Direction.OUT) {
      return 0;
    }
    data.put(modemStatus);
    return modemStatus.length;
  }

  @Override
  public UsbInterface claim(int number) {
    claims.add(number);
    return this;
  }

  @Override
  public InterfaceDescriptor descriptor() {
    return new InterfaceDescriptor(
        interfaceNumber,
        0,
        0xff,
        0xff,
        0xff,
        0,
        List.of(in.descriptor(), out.descriptor()),
        List.of());
  }

  @Override
  public Endpoint endpoint(TransferType type, Direction direction) {
    return direction == Direction.IN ? in : out;
  }

  @Override
  public DeviceIdentity identity() {
    return new DeviceIdentity("1-2", 0x0403, 0x6001, "1");
  }

  @Override
  public UsbDescriptors descriptors() {
    return new UsbDescriptors(FtdiChipTest.device(version, 3), List.of(), List.of());
  }

  @Override
  public ConfigurationDescriptor configuration() {
    throw new UnsupportedOperationException();
  }

  @Override
  public UsbSpeed speed() {
    return UsbSpeed.FULL;
  }

  @Override
  public String manufacturer() {
    return "";
  }

  @Override
  public String product() {
    return "";
  }

  @Override
  public void reset() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void select(int alternateSetting) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Endpoint endpoint(int address) {
    throw new UnsupportedOperationException();
  }
}
