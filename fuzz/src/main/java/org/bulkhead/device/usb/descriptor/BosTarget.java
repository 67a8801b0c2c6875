package org.bulkhead.device.usb.descriptor;

import static org.bulkhead.fuzz.Target.promise;

import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.DeviceCapability.MicrosoftOs;
import org.bulkhead.device.usb.descriptor.DeviceCapability.Other;
import org.bulkhead.device.usb.descriptor.DeviceCapability.Platform;
import org.bulkhead.device.usb.descriptor.DeviceCapability.SublinkSpeed;
import org.bulkhead.device.usb.descriptor.DeviceCapability.SuperSpeedPlus;
import org.bulkhead.fuzz.Target;

/** {@link BosParser}. */
public final class BosTarget implements Target {

  private static final int BOS_BYTES = 5;
  private static final int MOST_IRREGULARITIES = 101;

  @Override
  public void read(byte[] input) throws DescriptorException {
    boolean good =
        input.length >= BOS_BYTES
            && (input[0] & 0xff) >= BOS_BYTES
            && (input[0] & 0xff) <= input.length
            && input[1] == 0x0f;
    BosDescriptor parsed;
    try {
      parsed = BosParser.parse(input);
    } catch (DescriptorException refused) {
      promise(!good && refused.kind() == Kind.INVALID, "only a bad BOS descriptor is refused");
      return;
    }
    promise(good, "a bad BOS descriptor is refused");
    promise(parsed.equals(BosParser.parse(input)), "it reads the same again");
    promise(parsed.irregularities().size() <= MOST_IRREGULARITIES, "irregularities are few");
    int bytes = BOS_BYTES;
    for (DeviceCapability capability : parsed.capabilities()) {
      bytes += leastBytes(capability);
      promise(parsed.capability(capability.getClass()).isPresent(), "each kind is found");
    }
    promise(bytes <= input.length, "no capability comes from nowhere");
    promise(
        !parsed.irregularities().isEmpty() || parsed.capabilities().size() == (input[4] & 0xff),
        "a wrong count is told");
  }

  private static int leastBytes(DeviceCapability capability) {
    if (capability instanceof Other other) {
      promise(other.type() == (other.raw().bytes().get(2) & 0xff), "the type is the descriptor's");
      return other.raw().lengthBytes();
    }
    if (capability instanceof Platform platform) {
      promise(platform.raw().lengthBytes() >= 20, "a platform has an id");
      return platform.raw().lengthBytes();
    }
    if (capability instanceof MicrosoftOs os) {
      return 20 + 8 * os.sets().size();
    }
    if (capability instanceof SuperSpeedPlus plus) {
      for (SublinkSpeed speed : plus.speeds()) {
        promise(
            speed.bitsPerSecond() >= 0 && speed.bitsPerSecond() <= 0xffff * 1_000_000_000L,
            "speeds are bounded");
      }
      return 12 + 4 * plus.speeds().size();
    }
    return 7;
  }
}
