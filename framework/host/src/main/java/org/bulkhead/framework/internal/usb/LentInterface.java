package org.bulkhead.framework.internal.usb;

import java.util.HashMap;
import java.util.Map;
import org.bulkhead.device.usb.Endpoint;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.UsbInterface;
import org.bulkhead.device.usb.descriptor.Direction;
import org.bulkhead.device.usb.descriptor.EndpointDescriptor;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.bulkhead.framework.internal.recorder.Flight;

/** A claimed interface, lent to one incarnation. */
final class LentInterface implements UsbInterface {

  // USB 2.0 section 9.4.10.
  private static final int INTERFACE = 0x01;
  private static final int SET_INTERFACE = 11;

  private final LentDevice device;
  private final int number;
  private final Map<Integer, Pipe> pipes = new HashMap<>();
  private InterfaceDescriptor descriptor;

  LentInterface(LentDevice device, int number, int alternateSetting) throws UsbException {
    this.device = device;
    this.number = number;
    this.descriptor = setting(alternateSetting);
  }

  private InterfaceDescriptor setting(int alternateSetting) throws UsbException {
    return device
        .configuration()
        .setting(number, alternateSetting)
        .orElseThrow(
            () -> failure(Kind.INVALID, "there is no alternate setting " + alternateSetting));
  }

  @Override
  public InterfaceDescriptor descriptor() {
    return descriptor;
  }

  @Override
  public void select(int alternateSetting) throws UsbException {
    device.incarnation().crossing();
    InterfaceDescriptor selected = setting(alternateSetting);
    pipes.values().forEach(Pipe::retire);
    try {
      long until = System.nanoTime() + 2_000_000_000L;
      for (Pipe pipe : pipes.values()) {
        pipe.awaitIdle(until);
        pipe.free();
        device.incarnation().remove(pipe);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw failure(Kind.CANCELLED, "interrupted while selecting an alternate setting");
    }
    pipes.clear();
    device.request(
        Flight.setup(INTERFACE, SET_INTERFACE, alternateSetting, number),
        () -> device.hold().select(number, alternateSetting));
    descriptor = selected;
    device.incarnation().progress(0);
  }

  @Override
  public Endpoint endpoint(int address) throws UsbException {
    device.incarnation().check();
    Pipe pipe = pipes.get(address);
    return pipe != null
        ? pipe
        : open(
            descriptor
                .endpoint(address)
                .orElseThrow(
                    () ->
                        failure(
                            Kind.INVALID, String.format("there is no endpoint 0x%02x", address))));
  }

  @Override
  public Endpoint endpoint(TransferType type, Direction direction) throws UsbException {
    return endpoint(
        descriptor
            .endpoint(type, direction)
            .orElseThrow(
                () -> failure(Kind.INVALID, "there is no " + type + " " + direction + " endpoint"))
            .address());
  }

  private Pipe open(EndpointDescriptor endpoint) {
    Pipe pipe = new Pipe(device, endpoint);
    pipes.put(endpoint.address(), pipe);
    return pipe;
  }

  void cancelAll() {
    pipes.values().forEach(Pipe::cancelAll);
  }

  private UsbException failure(Kind kind, String what) {
    return device.failure(kind, "interface " + number, what, 0);
  }
}
