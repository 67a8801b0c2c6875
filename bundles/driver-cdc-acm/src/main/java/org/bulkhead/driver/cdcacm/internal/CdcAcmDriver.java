package org.bulkhead.driver.cdcacm.internal;

import java.util.Map;
import org.bulkhead.device.driver.DriverContext;
import org.bulkhead.device.driver.MatchesUsb;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.device.serial.SerialPort;
import org.bulkhead.device.serial.SerialState;
import org.bulkhead.device.usb.UsbDevice;
import org.bulkhead.device.usb.UsbInterface;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Serial ports of the communications device class, abstract control model. */
@Component(service = UsbDriver.class, scope = ServiceScope.PROTOTYPE)
@MatchesUsb(
    driver = "cdc-acm",
    matches = {
      // Each protocol by itself: ff is the vendor's own, and no serial port but a network (RNDIS).
      "class 02/02/00", // none
      "class 02/02/01", // V.250
      "class 02/02/02", // PCCA-101
      "class 02/02/03", // PCCA-101, annex O
      "class 02/02/04", // GSM 7.07
      "class 02/02/05", // 3GPP 27.007
      "class 02/02/06", // TIA CDMA
    })
public final class CdcAcmDriver implements UsbDriver {

  @Override
  public Attachment attach(DriverContext context) throws Exception {
    UsbDevice device = context.device();
    AcmFunction function = AcmFunction.of(device.configuration(), context.matched());
    UsbInterface control = device.claim(function.controlInterface());
    UsbInterface data = device.claim(function.dataInterface());
    if (data.descriptor().alternateSetting() != function.dataSetting()) {
      data.select(function.dataSetting());
    }
    AcmPort port =
        new AcmPort(
            device,
            function,
            control,
            data,
            context.logger(),
            state -> state.keep(context),
            context::fail);
    port.prepare(SerialState.recalled(context).orElse(AcmPort.AT_FIRST));
    context.publish(SerialPort.class, "0", port, Map.of());
    return port::hangUp;
  }
}
