package org.bulkhead.framework.internal.compartment;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.bulkhead.device.driver.DriverContext;
import org.bulkhead.device.driver.Remembered;
import org.bulkhead.device.usb.UsbDevice;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.framework.internal.usb.LentDevice;
import org.osgi.service.log.Logger;

/** What one incarnation is given. */
final class Context implements DriverContext {

  private final Incarnation incarnation;
  private final LentDevice device;
  private final InterfaceDescriptor matched;
  private final Services services;
  private final StateRecord state;
  private final Logger logger;
  private final List<Published> published = new ArrayList<>();
  private boolean attached;

  Context(
      Incarnation incarnation,
      LentDevice device,
      InterfaceDescriptor matched,
      Services services,
      StateRecord state,
      Logger logger) {
    this.incarnation = incarnation;
    this.device = device;
    this.matched = matched;
    this.services = services;
    this.state = state;
    this.logger = logger;
  }

  @Override
  public UsbDevice device() {
    return device;
  }

  @Override
  public InterfaceDescriptor matched() {
    return matched;
  }

  @Override
  public int incarnation() {
    return incarnation.number();
  }

  @Override
  public synchronized <S> void publish(
      Class<S> type, String unit, S service, Map<String, ?> properties) {
    incarnation.check();
    Objects.requireNonNull(unit, "unit");
    if (attached) {
      throw new IllegalStateException(
          type.getSimpleName() + " " + unit + " published after attach; publish while attaching");
    }
    services.checkType(type);
    if (!type.isInstance(service)) {
      throw new IllegalArgumentException("the service is no " + type.getName());
    }
    if (published.stream().anyMatch(p -> p.type() == type && p.unit().equals(unit))) {
      throw new IllegalArgumentException(type.getSimpleName() + " " + unit + " published twice");
    }
    published.add(new Published(type, unit, service, Map.copyOf(properties)));
  }

  @Override
  public void remember(int version, byte[] bytes) {
    incarnation.check();
    if (bytes.length > Remembered.MAX_BYTES) {
      throw new IllegalArgumentException(
          "a record of " + bytes.length + " bytes; at most " + Remembered.MAX_BYTES);
    }
    state.remember(new Remembered(version, bytes), device.touch());
  }

  @Override
  public Optional<Remembered> recalled() {
    return state.recalled();
  }

  @Override
  public boolean deviceUntouched() {
    return state.isOf(device.touch());
  }

  @Override
  public void pause(Duration howLong) throws UsbException {
    device.pause(howLong);
  }

  @Override
  public void fail(Throwable cause) {
    incarnation.compartment().reported(incarnation, cause);
  }

  @Override
  public Logger logger() {
    return logger;
  }

  /** What was published; nothing more is from here on. */
  synchronized List<Published> published() {
    attached = true;
    return List.copyOf(published);
  }
}
