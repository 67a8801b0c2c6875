package org.bulkhead.driver.ftdi.internal;

import java.util.Map;
import org.bulkhead.device.driver.DriverContext;
import org.bulkhead.device.driver.MatchesUsb;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.device.serial.SerialPort;
import org.bulkhead.device.serial.SerialState;
import org.bulkhead.device.usb.UsbDevice;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Serial ports of the FT232 family. */
@Component(
    service = UsbDriver.class,
    scope = ServiceScope.PROTOTYPE,
    configurationPid = "org.bulkhead.driver.ftdi")
@Designate(ocd = FtdiDriver.Config.class)
@MatchesUsb(
    driver = "ftdi",
    matches = {
      "0403:6001", // FT8U232AM, FT232BM, FT232R
      "0403:6006", // FT8U232AM, its other id
      "0403:6010", // FT2232C, FT2232D, FT2232H
      "0403:6011", // FT4232H
      "0403:6014", // FT232H
      "0403:6015", // FT-X
      "0403:6040", // FT2233HP
      "0403:6041", // FT4233HP
      "0403:6042", // FT2232HP
      "0403:6043", // FT4232HP
      "0403:6044", // FT233HP
      "0403:6045", // FT232HP
      "0403:6048", // FT4232HA
      "0403:fe72" // Baum braille displays, and QEMU's usb-braille
    })
public final class FtdiDriver implements UsbDriver {

  private final int latencyTimerMillis;

  /** What a person may set. */
  @ObjectClassDefinition(name = "FTDI serial driver")
  @interface Config {
    /** The chip's latency timer. */
    @AttributeDefinition(
        description =
            "How long received bytes wait for their packet to fill, in milliseconds: 1 to 255")
    int latencyTimerMillis() default 16;
  }

  /** Takes the configuration. */
  @Activate
  public FtdiDriver(Config config) {
    latencyTimerMillis = Math.max(1, Math.min(255, config.latencyTimerMillis()));
  }

  @Override
  public Attachment attach(DriverContext context) throws Exception {
    UsbDevice device = context.device();
    FtdiChip chip = FtdiChip.of(device.descriptors().device());
    FtdiPort port =
        new FtdiPort(
            device,
            device.claim(context.matched().number()),
            chip,
            configured -> new SerialState(configured, 0).keep(context),
            context::fail);
    SerialState before = SerialState.recalled(context).orElse(null);
    if (before == null) {
      port.prepare(latencyTimerMillis);
    } else {
      port.resume(latencyTimerMillis, before.configuration());
    }
    context.publish(SerialPort.class, "0", port, Map.of("ftdi.chip", chip.name()));
    return port::hangUp;
  }
}
