package org.bulkhead.device.usb.descriptor;

import java.util.List;
import java.util.Optional;

/**
 * All descriptors of a device.
 *
 * <p>Immutable as the parser makes it; whoever builds one gives unmodifiable lists.
 *
 * @param device the device descriptor
 * @param configurations the configurations that could be read, in their order
 * @param irregularities what breaks the specification and was passed over, one line each, 101 at
 *     most
 */
public record UsbDescriptors(
    DeviceDescriptor device,
    List<ConfigurationDescriptor> configurations,
    List<String> irregularities) {

  /**
   * Looks a configuration up.
   *
   * @param value {@code bConfigurationValue}
   * @return the configuration, if there is one
   */
  public Optional<ConfigurationDescriptor> configuration(int value) {
    return configurations.stream().filter(c -> c.value() == value).findFirst();
  }
}
