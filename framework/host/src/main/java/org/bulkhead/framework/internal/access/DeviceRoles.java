package org.bulkhead.framework.internal.access;

import java.util.Arrays;
import org.osgi.framework.ServiceReference;
import org.osgi.service.device.Constants;
import org.osgi.service.device.Device;
import org.osgi.service.device.Driver;
import org.osgi.service.device.DriverLocator;

/** What a service is to the device manager, which may be several things, or change. */
final class DeviceRoles {

  /** Matches whatever may have a role, now or after a change of its properties. */
  static final String FILTER =
      "(|(objectClass="
          + Device.class.getName()
          + ")("
          + Constants.DEVICE_CATEGORY
          + "=*)(objectClass="
          + Driver.class.getName()
          + ")(objectClass="
          + DriverLocator.class.getName()
          + "))";

  private DeviceRoles() {}

  /** A Device service, or any service with a category (section 103.2). */
  static boolean isDevice(ServiceReference<?> reference) {
    return has(reference, Device.class) || reference.getProperty(Constants.DEVICE_CATEGORY) != null;
  }

  static boolean isDriver(ServiceReference<?> reference) {
    return has(reference, Driver.class);
  }

  static boolean isLocator(ServiceReference<?> reference) {
    return has(reference, DriverLocator.class);
  }

  /** The mandatory id of a Driver service, or null where it has none that is a text. */
  static String driverId(ServiceReference<?> driver) {
    return driver.getProperty(Constants.DRIVER_ID) instanceof String id && !id.isBlank()
        ? id
        : null;
  }

  static boolean has(ServiceReference<?> reference, Class<?> type) {
    String[] types = (String[]) reference.getProperty(org.osgi.framework.Constants.OBJECTCLASS);
    return Arrays.asList(types).contains(type.getName());
  }
}
