package org.bulkhead.device.usb.descriptor;

import java.util.List;
import java.util.Optional;

/**
 * The Binary device Object Store (USB 3.2 section 9.6.2).
 *
 * <p>Immutable as the parser makes it; whoever builds one gives unmodifiable lists.
 *
 * @param capabilities the capabilities that could be read, in their order
 * @param irregularities what breaks the specification and was passed over, one line each, 101 at
 *     most
 */
public record BosDescriptor(List<DeviceCapability> capabilities, List<String> irregularities) {

  /**
   * Looks a capability up.
   *
   * @param <T> the kind
   * @param kind which
   * @return the first of that kind, if there is one
   */
  public <T extends DeviceCapability> Optional<T> capability(Class<T> kind) {
    return capabilities.stream().filter(kind::isInstance).map(kind::cast).findFirst();
  }
}
