package org.bulkhead.device.usb.descriptor;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bulkhead.device.usb.UsbSpeed;

/**
 * A configuration and all that it holds (USB 2.0 table 9-10).
 *
 * <p>Immutable as the parser makes it; whoever builds one gives unmodifiable lists.
 *
 * @param value {@code bConfigurationValue}
 * @param nameIndex {@code iConfiguration}, 0 for none
 * @param attributes {@code bmAttributes}
 * @param maxPower {@code bMaxPower}, in units that depend on the speed: see {@link
 *     #maxPowerMilliamps}
 * @param settings every alternate setting of every interface, in the order of the descriptors
 * @param associations interface associations, in their order
 * @param extras descriptors before the first interface, in their order
 */
public record ConfigurationDescriptor(
    int value,
    int nameIndex,
    int attributes,
    int maxPower,
    List<InterfaceDescriptor> settings,
    List<InterfaceAssociation> associations,
    List<RawDescriptor> extras) {

  /**
   * Whether the device feeds itself.
   *
   * @return bit 6 of the attributes
   */
  public boolean selfPowered() {
    return (attributes & 0x40) != 0;
  }

  /**
   * The most current that the device draws from the bus.
   *
   * @param speed the speed it runs at: the unit is 2 mA, from SuperSpeed on 8 mA
   * @return milliamps
   */
  public int maxPowerMilliamps(UsbSpeed speed) {
    return maxPower * (speed.compareTo(UsbSpeed.SUPER) >= 0 ? 8 : 2);
  }

  /**
   * The interfaces, each at its first alternate setting.
   *
   * @return a stream in the order of the descriptors
   */
  public Stream<InterfaceDescriptor> interfaces() {
    return settings.stream()
        .filter(s -> setting(s.number()).filter(first -> first == s).isPresent());
  }

  /**
   * Looks up an alternate setting.
   *
   * @param interfaceNumber {@code bInterfaceNumber}
   * @param alternateSetting {@code bAlternateSetting}
   * @return the setting, if there is one
   */
  public Optional<InterfaceDescriptor> setting(int interfaceNumber, int alternateSetting) {
    return settings.stream()
        .filter(s -> s.number() == interfaceNumber && s.alternateSetting() == alternateSetting)
        .findFirst();
  }

  private Optional<InterfaceDescriptor> setting(int interfaceNumber) {
    return settings.stream().filter(s -> s.number() == interfaceNumber).findFirst();
  }
}
