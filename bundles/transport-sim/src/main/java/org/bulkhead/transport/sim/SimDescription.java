package org.bulkhead.transport.sim;

import java.util.List;
import org.bulkhead.device.usb.UsbSpeed;

/** What a simulated device says of itself. Immutable. */
public final class SimDescription {

  private final UsbSpeed speed;
  private final byte[] descriptors;
  private final List<String> strings;

  /**
   * A description from bytes, for devices recorded elsewhere or deliberately broken; {@link
   * #builder} makes well-formed ones.
   *
   * @param speed the signalling rate
   * @param descriptors the device descriptor and each configuration in full, end to end
   * @param strings the texts of string indices 1, 2, …
   */
  public SimDescription(UsbSpeed speed, byte[] descriptors, List<String> strings) {
    this.speed = speed;
    this.descriptors = descriptors.clone();
    this.strings = List.copyOf(strings);
  }

  /**
   * Starts a description.
   *
   * @param vendorId {@code idVendor}
   * @param productId {@code idProduct}
   * @return a builder for a high-speed device
   */
  public static DescriptionBuilder builder(int vendorId, int productId) {
    return new DescriptionBuilder(vendorId, productId);
  }

  /**
   * The signalling rate.
   *
   * @return the speed
   */
  public UsbSpeed speed() {
    return speed;
  }

  /**
   * The device descriptor and each configuration in full, end to end.
   *
   * @return a copy
   */
  public byte[] descriptors() {
    return descriptors.clone();
  }

  /**
   * A string of the device.
   *
   * @param index the string index, from 1
   * @return the text, empty where there is none
   */
  public String string(int index) {
    return index < 1 || index > strings.size() ? "" : strings.get(index - 1);
  }
}
