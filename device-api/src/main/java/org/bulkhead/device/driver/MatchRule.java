package org.bulkhead.device.driver;

import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bulkhead.device.usb.descriptor.DeviceDescriptor;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;

/**
 * One line of what a driver matches:
 *
 * <pre>
 * 0403:6001          vendor and product
 * 0403:6001@0600     and bcdDevice
 * class 08           class of the interface, or of the device
 * class 08/06        and subclass
 * class 08/06/50     and protocol
 * </pre>
 *
 * <p>All numbers are hexadecimal and of fixed width. The strengths are those of the USB Information
 * Device Category (OSGi compendium section 145.4).
 *
 * @param vendorId {@code idVendor}, or {@link #ANY}
 * @param productId {@code idProduct}, or {@link #ANY}
 * @param deviceVersion {@code bcdDevice}, or {@link #ANY}
 * @param usbClass class code, or {@link #ANY}
 * @param subclass subclass code, or {@link #ANY}
 * @param protocol protocol code, or {@link #ANY}
 */
public record MatchRule(
    int vendorId, int productId, int deviceVersion, int usbClass, int subclass, int protocol) {

  /** A field that a rule does not name. */
  public static final int ANY = -1;

  /** {@code MATCH_VERSION}: vendor, product and version. */
  public static final int MATCH_VERSION = 50;

  /** {@code MATCH_MODEL}: vendor and product. */
  public static final int MATCH_MODEL = 40;

  /** {@code MATCH_PROTOCOL}: class, subclass and protocol. */
  public static final int MATCH_PROTOCOL = 30;

  /** {@code MATCH_SUBCLASS}: class and subclass. */
  public static final int MATCH_SUBCLASS = 20;

  /** {@code MATCH_CLASS}: class. */
  public static final int MATCH_CLASS = 10;

  /** No match. */
  public static final int MATCH_NONE = 0;

  /** A property that is not there equals nothing, {@link #ANY} neither. */
  private static final int ABSENT = -2;

  private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{1,4}");
  private static final Pattern MODEL =
      Pattern.compile("([0-9a-fA-F]{4}):([0-9a-fA-F]{4})(?:@([0-9a-fA-F]{4}))?");
  private static final Pattern CLASS =
      Pattern.compile("class ([0-9a-fA-F]{2})(?:/([0-9a-fA-F]{2})(?:/([0-9a-fA-F]{2}))?)?");

  /**
   * Reads a rule.
   *
   * @param text one of the forms above
   * @return the rule
   * @throws IllegalArgumentException shows the forms
   */
  public static MatchRule parse(String text) {
    Matcher model = MODEL.matcher(text.trim());
    if (model.matches()) {
      return new MatchRule(
          hex(model.group(1)), hex(model.group(2)), hex(model.group(3)), ANY, ANY, ANY);
    }
    Matcher byClass = CLASS.matcher(text.trim());
    if (byClass.matches()) {
      return new MatchRule(
          ANY, ANY, ANY, hex(byClass.group(1)), hex(byClass.group(2)), hex(byClass.group(3)));
    }
    throw new IllegalArgumentException(
        "\"" + text + "\" is no match rule: write 0403:6001, 0403:6001@0600 or class 08/06/50");
  }

  private static int hex(String digits) {
    return digits == null ? ANY : Integer.parseInt(digits, 16);
  }

  /**
   * How well an interface of a device fits.
   *
   * @param device the device
   * @param candidate one of its interfaces
   * @return one of the {@code MATCH_} values
   */
  public int match(DeviceDescriptor device, InterfaceDescriptor candidate) {
    if (usbClass == ANY) {
      return matchModel(device);
    }
    return Math.max(
        matchClass(
            candidate.interfaceClass(),
            candidate.interfaceSubclass(),
            candidate.interfaceProtocol()),
        matchClass(device.deviceClass(), device.deviceSubclass(), device.deviceProtocol()));
  }

  /**
   * How well a Device service fits, by the properties of the USB Information Device Category (OSGi
   * compendium section 145.3). Does no I/O.
   *
   * @param properties gives a property by its name, or null; a property that is absent or no
   *     hexadecimal number matches nothing
   * @return one of the {@code MATCH_} values
   */
  public int match(Function<String, Object> properties) {
    if (usbClass == ANY) {
      return matchModel(
          number(properties, "usbinfo.idVendor"),
          number(properties, "usbinfo.idProduct"),
          number(properties, "usbinfo.bcdDevice"));
    }
    return Math.max(
        matchClass(
            number(properties, "usbinfo.bInterfaceClass"),
            number(properties, "usbinfo.bInterfaceSubClass"),
            number(properties, "usbinfo.bInterfaceProtocol")),
        matchClass(
            number(properties, "usbinfo.bDeviceClass"),
            number(properties, "usbinfo.bDeviceSubClass"),
            number(properties, "usbinfo.bDeviceProtocol")));
  }

  private static int number(Function<String, Object> properties, String name) {
    return properties.apply(name) instanceof String text && HEX.matcher(text).matches()
        ? hex(text)
        : ABSENT;
  }

  private int matchModel(DeviceDescriptor device) {
    return matchModel(device.vendorId(), device.productId(), device.deviceVersion());
  }

  private int matchModel(int actualVendor, int actualProduct, int actualVersion) {
    if (vendorId != actualVendor || productId != actualProduct) {
      return MATCH_NONE;
    }
    if (deviceVersion == ANY) {
      return MATCH_MODEL;
    }
    return deviceVersion == actualVersion ? MATCH_VERSION : MATCH_NONE;
  }

  private int matchClass(int actualClass, int actualSubclass, int actualProtocol) {
    if (usbClass != actualClass
        || subclass != ANY && subclass != actualSubclass
        || protocol != ANY && protocol != actualProtocol) {
      return MATCH_NONE;
    }
    if (subclass == ANY) {
      return MATCH_CLASS;
    }
    return protocol == ANY ? MATCH_SUBCLASS : MATCH_PROTOCOL;
  }

  /**
   * The rule as it is written.
   *
   * @return one of the forms above, in lower case
   */
  @Override
  public String toString() {
    return usbClass == ANY
        ? String.format("%04x:%04x", vendorId, productId) + part("@%04x", deviceVersion)
        : String.format("class %02x", usbClass) + part("/%02x", subclass) + part("/%02x", protocol);
  }

  private static String part(String format, int value) {
    return value == ANY ? "" : String.format(format, value);
  }
}
