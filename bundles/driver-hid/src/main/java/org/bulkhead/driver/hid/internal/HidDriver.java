package org.bulkhead.driver.hid.internal;

import java.util.Map;
import org.bulkhead.device.driver.DriverContext;
import org.bulkhead.device.driver.MatchesUsb;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.device.input.InputDevice;
import org.bulkhead.device.input.InputSource;
import org.bulkhead.device.usb.UsbDevice;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Keyboards, pointers and everything else of class HID. */
@Component(service = UsbDriver.class, scope = ServiceScope.PROTOTYPE)
@MatchesUsb(driver = "hid", matches = "class 03")
public final class HidDriver implements UsbDriver {

  @Override
  public Attachment attach(DriverContext context) throws Exception {
    UsbDevice device = context.device();
    HidSource source = new HidSource(device, device.claim(context.matched().number()));
    source.prepare();
    String[] kinds = source.kinds().stream().map(Enum::name).toArray(String[]::new);
    context.publish(InputSource.class, "0", source, Map.of(InputDevice.KINDS, kinds));
    return Attachment.NOTHING_TO_DO;
  }
}
