package org.bulkhead.framework.internal.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.transport.Transport;
import org.bulkhead.device.transport.TransportListener;
import org.bulkhead.device.usb.UsbSpeed;
import org.bulkhead.transport.sim.DescriptionBuilder;
import org.bulkhead.transport.sim.ScriptedDevice;
import org.bulkhead.transport.sim.SimBus;
import org.bulkhead.transport.sim.SimDescription;
import org.bulkhead.transport.sim.SimPort;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The properties of the USB Information Device Category, each by name, type and format. */
class UsbFunctionTest {

  private final SimBus bus = new SimBus();
  private final BlockingQueue<BusDevice> arrived = new LinkedBlockingQueue<>();
  private final Transport.Watch watch =
      bus.watch(
          new TransportListener() {
            @Override
            public void arrived(BusDevice device) {
              arrived.add(device);
            }

            @Override
            public void left(BusDevice device) {}
          });
  private SimPort port;

  @AfterEach
  void close() {
    watch.close();
  }

  private ManagedDevice plug(DescriptionBuilder description) throws Exception {
    port = bus.plug(new ScriptedDevice(description.build()));
    return next();
  }

  private ManagedDevice next() throws Exception {
    return ManagedDevice.of("sim", arrived.poll(10, TimeUnit.SECONDS));
  }

  private static List<Map<String, Object>> properties(ManagedDevice device) {
    List<Map<String, Object>> all = new ArrayList<>();
    device
        .configuration()
        .interfaces()
        .forEach(i -> all.add(new UsbFunction(device, i).properties()));
    return all;
  }

  private static DescriptionBuilder camera() {
    return SimDescription.builder(0x0403, 0xab0c)
        .version(0x0102)
        .deviceClass(0xef, 0x02, 0x01)
        .manufacturer("Buffalo Inc.")
        .product("USB2.0 PC Camera")
        .serialNumber("57B0002600000001")
        .configuration(1)
        .interfaceSetting(0, 0, 0x0e, 0x01, 0x00, "Control")
        .bulk(0x81)
        .interfaceSetting(1, 0, 0x0e, 0x02, 0x00)
        .interfaceSetting(1, 1, 0xff, 0x0a, 0x1b, "Streaming")
        .bulk(0x82)
        .bulk(0x02);
  }

  @Test
  void properties_areThoseOfTheChapterAndNoOthers() throws Exception {
    ManagedDevice device = plug(camera());

    Map<String, Object> properties = properties(device).get(0);

    assertThat((String[]) properties.remove("DEVICE_CATEGORY")).containsExactly("USBInfo");
    assertThat(properties)
        .containsOnly(
            entry("DEVICE_DESCRIPTION", "USB2.0 PC Camera"),
            entry("DEVICE_SERIAL", "57B0002600000001"),
            entry("service.pid", device.identity().key() + ":0"),
            entry("usbinfo.bcdUSB", "0200"),
            entry("usbinfo.bDeviceClass", "ef"),
            entry("usbinfo.bDeviceSubClass", "02"),
            entry("usbinfo.bDeviceProtocol", "01"),
            entry("usbinfo.bMaxPacketSize0", 64),
            entry("usbinfo.idVendor", "0403"),
            entry("usbinfo.idProduct", "ab0c"),
            entry("usbinfo.bcdDevice", "0102"),
            entry("usbinfo.Manufacturer", "Buffalo Inc."),
            entry("usbinfo.Product", "USB2.0 PC Camera"),
            entry("usbinfo.SerialNumber", "57B0002600000001"),
            entry("usbinfo.bNumConfigurations", 1),
            entry("usbinfo.bInterfaceNumber", 0),
            entry("usbinfo.bAlternateSetting", 0),
            entry("usbinfo.bNumEndpoints", 1),
            entry("usbinfo.bInterfaceClass", "0e"),
            entry("usbinfo.bInterfaceSubClass", "01"),
            entry("usbinfo.bInterfaceProtocol", "00"),
            entry("usbinfo.Interface", "Control"),
            entry("usbinfo.bus", 1),
            entry("usbinfo.address", 1));
  }

  @Test
  void stringsThatTheDeviceHasNot_areAbsent() throws Exception {
    ManagedDevice device =
        plug(SimDescription.builder(1, 2).configuration(1).interfaceSetting(0, 0, 0xff, 0, 0));

    assertThat(properties(device).get(0))
        .doesNotContainKeys(
            "usbinfo.Manufacturer",
            "usbinfo.Product",
            "usbinfo.SerialNumber",
            "usbinfo.Interface",
            "DEVICE_SERIAL");
  }

  @Test
  void packetSizeOfUsb3_isTheFieldItself() throws Exception {
    ManagedDevice device =
        plug(
            SimDescription.builder(1, 2)
                .speed(UsbSpeed.SUPER)
                .configuration(1)
                .interfaceSetting(0, 0, 0xff, 0, 0));

    assertThat(properties(device).get(0))
        .containsEntry("usbinfo.bMaxPacketSize0", 9)
        .containsEntry("usbinfo.bcdUSB", "0300");
  }

  @Test
  void alternateSettingOfNow_isWhatTheyTell() throws Exception {
    ManagedDevice device = plug(camera());
    assertThat(properties(device).get(1))
        .containsEntry("usbinfo.bAlternateSetting", 0)
        .containsEntry("usbinfo.bNumEndpoints", 0)
        .doesNotContainKey("usbinfo.Interface");

    port.select(1, 1);

    assertThat(properties(device).get(1))
        .containsEntry("usbinfo.bAlternateSetting", 1)
        .containsEntry("usbinfo.bNumEndpoints", 2)
        .containsEntry("usbinfo.bInterfaceClass", "ff")
        .containsEntry("usbinfo.bInterfaceSubClass", "0a")
        .containsEntry("usbinfo.bInterfaceProtocol", "1b")
        .containsEntry("usbinfo.Interface", "Streaming");
  }

  @Test
  void deviceWithoutConfiguration_hasAProblemThatSaysWhatToDo() throws Exception {
    ManagedDevice device = plug(camera());
    assertThat(device.configured()).isTrue();
    assertThat(device.problem()).isEmpty();

    port.configure(0);
    ManagedDevice unconfigured = next();

    assertThat(unconfigured.configured()).isFalse();
    assertThat(unconfigured.problem())
        .startsWith("no configuration is set")
        .contains("echo 1 > /sys/bus/usb/devices/sim-1/bConfigurationValue");
    assertThat(unconfigured.bus().address()).isEqualTo(device.bus().address());
  }
}
