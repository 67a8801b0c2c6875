package org.bulkhead.framework.internal.device;

import java.util.Collections;
import java.util.Hashtable;
import java.util.Map;
import org.bulkhead.device.contract.SessionProperties;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.usbinfo.USBInfoDevice;

/** What an interface's services are to say of its alternate setting now. */
final class SettingProperties {

  private final UsbFunction function;
  private final Map<String, Object> wanted;

  SettingProperties(UsbFunction function) {
    this.function = function;
    this.wanted = function.settingProperties();
  }

  /** Whether a session's service is of this interface. */
  boolean concerns(ServiceRegistration<?> registration) {
    try {
      ServiceReference<?> service = registration.getReference();
      return is(service, SessionProperties.LOCATION, function.device().identity().location())
          && is(service, SessionProperties.INTERFACE, function.matched().number());
    } catch (IllegalStateException gone) {
      return false;
    }
  }

  private static boolean is(ServiceReference<?> service, String property, Object value) {
    return value.equals(service.getProperty(property));
  }

  /** Modifies a service, unless it says so already; nothing where it is gone. */
  void bring(ServiceRegistration<?> registration) {
    try {
      ServiceReference<?> service = registration.getReference();
      boolean saysSo =
          wanted.keySet().stream().allMatch(key -> is(service, key, wanted.get(key)))
              && (wanted.containsKey(USBInfoDevice.USB_INTERFACE)
                  || service.getProperty(USBInfoDevice.USB_INTERFACE) == null);
      if (!saysSo) {
        Hashtable<String, Object> properties = new Hashtable<>();
        for (String key : Collections.list(service.getProperties().keys())) {
          properties.put(key, service.getProperty(key));
        }
        properties.remove(USBInfoDevice.USB_INTERFACE);
        properties.putAll(wanted);
        registration.setProperties(properties);
      }
    } catch (IllegalStateException gone) {
      // Unregistered meanwhile: there is nothing left to keep true.
    }
  }
}
