package org.bulkhead.framework.internal.usb;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.device.usb.DeviceIdentity;
import org.bulkhead.device.usb.UsbDevice;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.UsbInterface;
import org.bulkhead.device.usb.UsbSpeed;
import org.bulkhead.device.usb.descriptor.ConfigurationDescriptor;
import org.bulkhead.device.usb.descriptor.UsbDescriptors;
import org.bulkhead.framework.internal.compartment.Incarnation;
import org.bulkhead.framework.internal.device.ManagedDevice;
import org.bulkhead.framework.internal.recorder.FlightRecorder;

/** A device lent to one incarnation. */
public final class LentDevice implements UsbDevice {

  private static final Duration LONGEST_WAIT = Duration.ofDays(1);
  private static final long LONGEST_WAIT_NANOS = LONGEST_WAIT.toNanos();

  private final ManagedDevice device;
  private final Incarnation incarnation;
  private final Map<Integer, LentInterface> interfaces = new HashMap<>();
  private final ControlPipe control;
  private final Pause pause;

  /** Lends a device; does no I/O. */
  public LentDevice(ManagedDevice device, Incarnation incarnation) {
    this.device = device;
    this.incarnation = incarnation;
    this.control = new ControlPipe(this);
    this.pause = new Pause(this);
    incarnation.add(pause);
  }

  Incarnation incarnation() {
    return incarnation;
  }

  DeviceHold hold() {
    return device.hold();
  }

  /** As {@link org.bulkhead.device.driver.DriverContext#pause}. */
  public void pause(Duration howLong) throws UsbException {
    pause.take(howLong);
  }

  /** Another one each time that the device may have lost what a driver has set up in it. */
  public Object touch() {
    return device.hold().touch();
  }

  BusHandle handle() throws UsbException {
    return device.hold().handle();
  }

  @Override
  public DeviceIdentity identity() {
    return device.identity();
  }

  @Override
  public UsbDescriptors descriptors() {
    return device.descriptors();
  }

  @Override
  public ConfigurationDescriptor configuration() {
    return device.configuration();
  }

  @Override
  public UsbSpeed speed() {
    return device.bus().speed();
  }

  @Override
  public String manufacturer() {
    return device.bus().manufacturer();
  }

  @Override
  public String product() {
    return device.bus().product();
  }

  @Override
  public int control(ControlRequest request, ByteBuffer data, Duration timeout)
      throws UsbException {
    incarnation.crossing();
    return control.transfer(request, data, timeout);
  }

  @Override
  public UsbInterface claim(int interfaceNumber) throws UsbException {
    incarnation.crossing();
    LentInterface lent = interfaces.get(interfaceNumber);
    if (lent == null) {
      if (configuration().setting(interfaceNumber, 0).isEmpty()
          && configuration().interfaces().noneMatch(i -> i.number() == interfaceNumber)) {
        throw failure(Kind.INVALID, "interface " + interfaceNumber, "there is none", 0);
      }
      int alternate = hold().claim(interfaceNumber, incarnation.compartment());
      lent = new LentInterface(this, interfaceNumber, alternate);
      interfaces.put(interfaceNumber, lent);
      incarnation.progress(0);
    }
    return lent;
  }

  @Override
  public void reset() throws UsbException {
    incarnation.crossing();
    interfaces.values().forEach(LentInterface::cancelAll);
    recorder().reset(incarnation.number(), hold()::reset);
    incarnation.progress(0);
  }

  FlightRecorder recorder() {
    return incarnation.compartment().recorder();
  }

  void request(long setup, FlightRecorder.Request request) throws UsbException {
    recorder().request(incarnation.number(), setup, request);
  }

  long nanos(Duration timeout) {
    // Saturates: a driver may well say "for ever" in years.
    return timeout.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT_NANOS : timeout.toNanos();
  }

  UsbException failure(Kind kind, String part, String what, int bytesMoved) {
    return new UsbException(
        kind, "device " + identity().location() + " " + part + ": " + what, bytesMoved, 0);
  }
}
