package org.bulkhead.commands.internal;

import java.util.Optional;
import org.bulkhead.device.contract.SessionProperties;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.serial.SerialDevice;

/**
 * A session of a device service, as the service registry describes it.
 *
 * @param location the device
 * @param interfaceNumber the interface, -1 where unknown
 * @param unit the unit, empty where there are none
 * @param driver the driver's name, empty where unknown
 */
record Session<S>(
    String location,
    int interfaceNumber,
    String unit,
    String driver,
    ServiceReference<S> reference) {

  static <S> Session<S> of(ServiceReference<S> reference) {
    return new Session<>(
        // A serial port of somebody else's bundle has no location of ours.
        text(reference, SessionProperties.LOCATION)
            .or(() -> text(reference, SerialDevice.SERIAL_COMPORT))
            .orElse("service-" + reference.getProperty(Constants.SERVICE_ID)),
        reference.getProperty(SessionProperties.INTERFACE) instanceof Integer number ? number : -1,
        text(reference, SessionProperties.UNIT).orElse(""),
        text(reference, SessionProperties.DRIVER).orElse(""),
        reference);
  }

  private static Optional<String> text(ServiceReference<?> reference, String property) {
    return Optional.ofNullable(reference.getProperty(property)).map(Object::toString);
  }

  /** Whether the text is the given name of the device and, behind it, what singles this out. */
  boolean named(String device, String text) {
    if (device.isEmpty() || !text.startsWith(device)) {
      return false;
    }
    String rest = text.substring(device.length());
    return rest.isEmpty()
        || rest.equals(":" + interfaceNumber)
        || rest.equals("/" + unit)
        || rest.equals(":" + interfaceNumber + "/" + unit);
  }
}
