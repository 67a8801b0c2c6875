package org.bulkhead.framework.internal.compartment;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bulkhead.device.driver.DriverContext;
import org.bulkhead.device.usb.UsbDevice;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.osgi.service.log.Logger;

/** What one incarnation is given. */
final class Context implements DriverContext {

  private final Incarnation incarnation;
  private final UsbDevice device;
  private final InterfaceDescriptor matched;
  private final Services services;
  private final Logger logger;
  private final List<Published> published = new ArrayList<>();

  Context(
      Incarnation incarnation,
      UsbDevice device,
      InterfaceDescriptor matched,
      Services services,
      Logger logger) {
    this.incarnation = incarnation;
    this.device = device;
    this.matched = matched;
    this.services = services;
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
  public <S> void publish(Class<S> type, String unit, S service, Map<String, ?> properties) {
    incarnation.check();
    services.checkType(type);
    if (published.stream().anyMatch(p -> p.type() == type && p.unit().equals(unit))) {
      throw new IllegalArgumentException(type.getSimpleName() + " " + unit + " published twice");
    }
    published.add(
        new Published(type, unit, Objects.requireNonNull(service), Map.copyOf(properties)));
  }

  @Override
  public void fail(Throwable cause) {
    incarnation.compartment().reported(incarnation, cause);
  }

  @Override
  public Logger logger() {
    return logger;
  }

  List<Published> published() {
    return List.copyOf(published);
  }
}
