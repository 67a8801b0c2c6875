package org.bulkhead.device.usb.descriptor;

import static org.bulkhead.fuzz.Target.promise;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.UsbSpeed;
import org.bulkhead.fuzz.Target;

/** {@link DescriptorParser#parse}: what is read, written anew, reads the same. */
public final class ConfigurationTarget implements Target {

  private static final int DEVICE_BYTES = 18;
  private static final int MOST_IRREGULARITIES = 101;

  @Override
  public void read(byte[] input) throws DescriptorException {
    byte[] kept = input.clone();
    boolean good =
        input.length >= DEVICE_BYTES && (input[0] & 0xff) >= DEVICE_BYTES && input[1] == 1;
    UsbDescriptors parsed;
    try {
      parsed = DescriptorParser.parse(input);
    } catch (DescriptorException refused) {
      promise(!good && refused.kind() == Kind.INVALID, "only a bad device descriptor is refused");
      return;
    }
    promise(good, "a bad device descriptor is refused");
    promise(Arrays.equals(kept, input), "the bytes are left as they are");
    promise(parsed.irregularities().size() <= MOST_IRREGULARITIES, "irregularities are few");
    parsed.configurations().forEach(ConfigurationTarget::check);
    byte[] anew = DescriptorWriter.bytes(parsed);
    UsbDescriptors again = DescriptorParser.parse(anew);
    promise(parsed.device().equals(again.device()), "the device reads the same again");
    promise(
        parsed.configurations().equals(again.configurations()),
        "the configurations read the same again");
  }

  private static void check(ConfigurationDescriptor configuration) {
    promise(
        configuration.maxPowerMilliamps(UsbSpeed.SUPER) <= 255 * 8,
        "no more power than a byte has");
    Set<Integer> numbers = new HashSet<>();
    configuration
        .interfaces()
        .forEach(i -> promise(numbers.add(i.number()), "each interface is there once"));
    for (InterfaceDescriptor setting : configuration.settings()) {
      promise(numbers.contains(setting.number()), "each setting's interface is there");
      promise(
          configuration.setting(setting.number(), setting.alternateSetting()).isPresent(),
          "each setting is found");
      Set<Integer> addresses = new HashSet<>();
      for (EndpointDescriptor endpoint : setting.endpoints()) {
        promise(addresses.add(endpoint.address()), "an address is there once in a setting");
        promise(endpoint.number() >= 1 && (endpoint.address() & 0x70) == 0, "addresses are valid");
        promise(setting.endpoint(endpoint.address()).orElseThrow() == endpoint, "it is found");
        promise(
            setting.endpoint(endpoint.type(), endpoint.direction()).isPresent(),
            "an endpoint of its kind is found");
        promise(
            endpoint.bytesPerInterval() >= 0 && endpoint.bytesPerInterval() <= 0x7ff * 3 * 16,
            "an interval's bytes are bounded");
      }
    }
  }
}
