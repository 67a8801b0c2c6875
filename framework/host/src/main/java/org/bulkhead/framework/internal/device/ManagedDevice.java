package org.bulkhead.framework.internal.device;

import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.usb.DeviceIdentity;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.descriptor.ConfigurationDescriptor;
import org.bulkhead.device.usb.descriptor.DescriptorParser;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.device.usb.descriptor.UsbDescriptors;
import org.bulkhead.framework.internal.usb.DeviceHold;

/**
 * A device from its arrival to its departure, as all of the framework knows it.
 *
 * @param transport the transport's name
 * @param bus the transport's view
 * @param identity who it is
 * @param descriptors its descriptors, parsed once
 * @param configuration the configuration that is set; the first where none is, or that one cannot
 *     be read
 * @param hold the open handle and the claims
 * @param description what people call it: its own string, else its name in the public list
 */
public record ManagedDevice(
    String transport,
    BusDevice bus,
    DeviceIdentity identity,
    UsbDescriptors descriptors,
    ConfigurationDescriptor configuration,
    DeviceHold hold,
    String description) {

  /**
   * Reads what the transport knows about a device.
   *
   * @throws UsbException where its descriptors are no use
   */
  public static ManagedDevice of(String transport, BusDevice bus) throws UsbException {
    return of(transport, bus, (vendorId, productId) -> "");
  }

  /** The public list of names. */
  @FunctionalInterface
  public interface Names {

    /** Vendor and product, empty where the list does not know the product. */
    String of(int vendorId, int productId);
  }

  /**
   * The same, with names for devices that have no string of their own.
   *
   * @throws UsbException where its descriptors are no use
   */
  public static ManagedDevice of(String transport, BusDevice bus, Names names) throws UsbException {
    UsbDescriptors descriptors = DescriptorParser.parse(bus.descriptors());
    DeviceIdentity identity =
        new DeviceIdentity(
            bus.location(),
            descriptors.device().vendorId(),
            descriptors.device().productId(),
            bus.serialNumber());
    ConfigurationDescriptor configuration =
        descriptors
            .configuration(bus.activeConfiguration())
            .or(() -> descriptors.configurations().stream().findFirst())
            .orElseThrow(
                () ->
                    new UsbException(
                        UsbException.Kind.INVALID,
                        "device " + identity + " has no configuration that can be read"));
    return new ManagedDevice(
        transport,
        bus,
        identity,
        descriptors,
        configuration,
        new DeviceHold(bus),
        bus.product().isEmpty()
            ? names.of(identity.vendorId(), identity.productId())
            : bus.product());
  }

  /** Whether a configuration is set and known: else the device has no interfaces to drive. */
  public boolean configured() {
    return bus.activeConfiguration() == configuration.value();
  }

  /** Why nothing can drive the device, with the remedy; empty when all is well. */
  public String problem() {
    if (configured()) {
      return hold.problem();
    }
    String set =
        bus.activeConfiguration() == 0
            ? "no configuration is set"
            : "configuration " + bus.activeConfiguration() + " is set but cannot be read";
    return set
        + ", so it has no interfaces; if it is not short of power, set one: echo %d > "
            .formatted(configuration.value())
        + "/sys/bus/usb/devices/"
        + identity.location()
        + "/bConfigurationValue";
  }

  /** An interface at the alternate setting that it has now. Reads at most what is cached. */
  InterfaceDescriptor current(InterfaceDescriptor first) {
    boolean only =
        configuration.settings().stream().filter(s -> s.number() == first.number()).count() == 1;
    return only
        ? first
        : configuration.setting(first.number(), bus.alternateSetting(first.number())).orElse(first);
  }
}
