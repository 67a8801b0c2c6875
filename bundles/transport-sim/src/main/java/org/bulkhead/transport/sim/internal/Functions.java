package org.bulkhead.transport.sim.internal;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bulkhead.device.usb.descriptor.ConfigurationDescriptor;
import org.bulkhead.device.usb.descriptor.DescriptorException;
import org.bulkhead.device.usb.descriptor.DescriptorParser;
import org.bulkhead.device.usb.descriptor.EndpointDescriptor;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.transport.sim.SimDescription;

/** Which configuration, alternate settings and endpoints of a device are active. */
final class Functions {

  /** The number of {@link #index} values. */
  static final int INDICES = 32;

  final SimDescription description;
  private final List<ConfigurationDescriptor> configurations;
  private final Map<Integer, InterfaceDescriptor> active = new TreeMap<>();
  private final EndpointDescriptor[] endpoints = new EndpointDescriptor[INDICES];
  private final int[] owners = new int[INDICES];
  private ConfigurationDescriptor configuration;

  Functions(SimDescription description) {
    this.description = description;
    configurations = parsed(description);
    configurations.stream().findFirst().ifPresent(this::activate);
  }

  /** A place for each valid endpoint address: its number, and 16 more for IN. */
  static int index(int endpointAddress) {
    return endpointAddress & 0x0f | (endpointAddress & 0x80) >> 3;
  }

  private static List<ConfigurationDescriptor> parsed(SimDescription description) {
    try {
      return DescriptorParser.parse(description.descriptors()).configurations();
    } catch (DescriptorException e) {
      // A broken device still arrives, so that the framework meets it; it has no endpoints.
      return List.of();
    }
  }

  int configuration() {
    return configuration == null ? 0 : configuration.value();
  }

  int attributes() {
    return configuration == null ? 0 : configuration.attributes();
  }

  boolean configure(int value) {
    if (value == 0) {
      configuration = null;
      active.clear();
      indexEndpoints();
      return true;
    }
    Optional<ConfigurationDescriptor> found =
        configurations.stream().filter(c -> c.value() == value).findFirst();
    found.ifPresent(this::activate);
    return found.isPresent();
  }

  private void activate(ConfigurationDescriptor chosen) {
    configuration = chosen;
    active.clear();
    chosen.interfaces().forEach(i -> active.put(i.number(), i));
    indexEndpoints();
  }

  boolean hasInterface(int number) {
    return active.containsKey(number);
  }

  boolean hasSetting(int number, int alternateSetting) {
    return configuration != null && configuration.setting(number, alternateSetting).isPresent();
  }

  boolean select(int number, int alternateSetting) {
    if (!hasSetting(number, alternateSetting)) {
      return false;
    }
    active.put(number, configuration.setting(number, alternateSetting).orElseThrow());
    indexEndpoints();
    return true;
  }

  /** Interface number to alternate setting, of all interfaces. */
  Map<Integer, Integer> settings() {
    Map<Integer, Integer> settings = new TreeMap<>();
    active.forEach((number, setting) -> settings.put(number, setting.alternateSetting()));
    return settings;
  }

  /** {@code iInterface} of an interface's current setting, 0 for none. */
  int nameIndex(int number) {
    InterfaceDescriptor setting = active.get(number);
    return setting == null ? 0 : setting.nameIndex();
  }

  /** The endpoint of that address in the active settings, or null. */
  EndpointDescriptor endpoint(int address) {
    EndpointDescriptor endpoint = (address & ~0x8f) == 0 ? endpoints[index(address)] : null;
    return endpoint != null && endpoint.address() == address ? endpoint : null;
  }

  /** The interface that has the endpoint, or -1. */
  int interfaceOf(int endpointAddress) {
    return endpoint(endpointAddress) == null ? -1 : owners[index(endpointAddress)];
  }

  private void indexEndpoints() {
    Arrays.fill(endpoints, null);
    active.forEach(
        (number, setting) -> {
          for (EndpointDescriptor endpoint : setting.endpoints()) {
            endpoints[index(endpoint.address())] = endpoint;
            owners[index(endpoint.address())] = number;
          }
        });
  }
}
