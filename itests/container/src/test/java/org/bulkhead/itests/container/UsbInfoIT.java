package org.bulkhead.itests.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.transport.sim.ScriptedDevice;
import org.bulkhead.transport.sim.SimDescription;
import org.bulkhead.transport.sim.SimPort;
import org.junit.After;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;
import org.osgi.service.device.Device;
import org.osgi.service.usbinfo.USBInfoDevice;

/** The USB Information Device Category as a refining driver sees it: services come, change, go. */
public class UsbInfoIT extends BusTest {

  private static final String ALTERNATE = "usbinfo.bAlternateSetting";

  private final Queue<String> events = new ConcurrentLinkedQueue<>();
  private final ServiceListener listener = this::note;

  @Configuration
  public Option[] features() {
    return options(
        osgi(), framework(), supervision(Map.of("updateWaitMillis", 1_000)), simulatedBus());
  }

  @After
  public void tidyUp() {
    context.removeServiceListener(listener);
  }

  private void note(ServiceEvent event) {
    String type =
        switch (event.getType()) {
          case ServiceEvent.REGISTERED -> "+";
          case ServiceEvent.UNREGISTERING -> "-";
          default -> "=";
        };
    events.add(
        type
            + event.getServiceReference().getProperty("usbinfo.bInterfaceNumber")
            + "/"
            + event.getServiceReference().getProperty(ALTERNATE));
  }

  /**
   * Two interfaces; the second of three settings in the first configuration, alone in the other.
   */
  private static ScriptedDevice camera(int productId) {
    return new ScriptedDevice(
        SimDescription.builder(0x1209, productId)
            .product("Camera")
            .configuration(1)
            .interfaceSetting(0, 0, 0x0e, 0x01, 0x00)
            .bulk(0x81)
            .bulk(0x02)
            .interfaceSetting(1, 0, 0x0e, 0x02, 0x00)
            .interfaceSetting(1, 1, 0x0e, 0x02, 0x00, "Small")
            .bulk(0x82)
            .interfaceSetting(1, 2, 0xff, 0x0a, 0x0b, "Large")
            .bulk(0x82)
            .bulk(0x03)
            .configuration(5)
            .interfaceSetting(1, 0, 0xff, 0x00, 0x00)
            .build());
  }

  private SimPort watched(int productId) throws InvalidSyntaxException {
    context.addServiceListener(listener, filter(productId));
    return plug(camera(productId));
  }

  private static String filter(int productId) {
    return "(&(objectClass="
        + USBInfoDevice.class.getName()
        + ")(usbinfo.idVendor=1209)(usbinfo.idProduct="
        + String.format("%04x", productId)
        + "))";
  }

  private List<ServiceReference<USBInfoDevice>> services(int productId) {
    try {
      return context.getServiceReferences(USBInfoDevice.class, filter(productId)).stream()
          .sorted(Comparator.comparing(s -> (Integer) s.getProperty("usbinfo.bInterfaceNumber")))
          .toList();
    } catch (InvalidSyntaxException impossible) {
      throw new IllegalArgumentException(impossible);
    }
  }

  private void awaitEvents(String... expected) {
    eventually(Arrays.toString(expected) + ", not " + events)
        .until(() -> List.copyOf(events).equals(List.of(expected)));
  }

  @Test
  public void eachInterface_isOneServiceFromPlugToUnplug() throws Exception {
    SimPort port = watched(0x0101);
    awaitEvents("+0/0", "+1/0");
    List<ServiceReference<USBInfoDevice>> services = services(0x0101);
    assertThat(services)
        .hasSize(2)
        .allSatisfy(
            service -> {
              assertThat((String[]) service.getProperty("objectClass"))
                  .containsExactlyInAnyOrder(USBInfoDevice.class.getName(), Device.class.getName());
              assertThat((String[]) service.getProperty("DEVICE_CATEGORY")).contains("USBInfo");
              assertThat((Object) context.getService(service)).isInstanceOf(USBInfoDevice.class);
              assertThat((int) service.getProperty("usbinfo.address")).isBetween(1, 127);
            });
    assertThat(services).extracting(s -> s.getProperty("service.pid")).doesNotHaveDuplicates();
    Object pid = services.get(0).getProperty("service.pid");

    port.unplug();

    awaitEvents("+0/0", "+1/0", "-0/0", "-1/0");
    port.replug();
    eventually("two services").until(() -> services(0x0101).size() == 2);
    assertThat(services(0x0101)).extracting(s -> s.getProperty("service.pid")).contains(pid);
  }

  @Test
  public void alternateSettingOfTheKernels_modifiesTheService() throws Exception {
    SimPort port = watched(0x0102);
    awaitEvents("+0/0", "+1/0");

    port.select(1, 1);

    awaitEvents("+0/0", "+1/0", "=1/1");
    ServiceReference<?> service = services(0x0102).get(1);
    assertThat(service.getProperty("usbinfo.Interface")).isEqualTo("Small");
    assertThat(service.getProperty("usbinfo.bNumEndpoints")).isEqualTo(1);
    assertThat(service.getProperty("usbinfo.Product")).isEqualTo("Camera");

    port.select(1, 0);

    awaitEvents("+0/0", "+1/0", "=1/1", "=1/0");
    assertThat(service.getPropertyKeys()).doesNotContain("usbinfo.Interface");
  }

  @Test
  public void alternateSettingOfADriver_modifiesTheServiceUntilItIsReleased() throws Exception {
    Bundle driver = start(ProbeBundle.of("selecting", "class 0e/02").selecting(2));
    SimPort port = watched(0x0103);
    awaitEvents("+0/0", "+1/0", "=1/2");
    ServiceReference<?> service = services(0x0103).get(1);
    assertThat(service.getProperty("usbinfo.bInterfaceClass")).isEqualTo("ff");
    assertThat(service.getProperty("usbinfo.bInterfaceSubClass")).isEqualTo("0a");
    assertThat(service.getProperty("usbinfo.bInterfaceProtocol")).isEqualTo("0b");
    assertThat(service.getProperty("usbinfo.bNumEndpoints")).isEqualTo(2);

    gateway.restart(port.location());
    eventually("the second life").until(() -> compartment(port.location()).incarnation() == 2);
    awaitState(port.location(), CompartmentState.RUNNING);
    assertThat(service.getProperty(ALTERNATE)).isEqualTo(2);

    driver.uninstall();

    awaitEvents("+0/0", "+1/0", "=1/2", "=1/0");
  }

  @Test
  public void configurationOfTheKernels_replacesTheServices() throws Exception {
    start(ProbeBundle.of("second", "class ff"));
    SimPort port = watched(0x0104);
    awaitEvents("+0/0", "+1/0");
    Object address = services(0x0104).get(0).getProperty("usbinfo.address");

    port.configure(5);

    awaitEvents("+0/0", "+1/0", "-0/0", "-1/0", "+1/0");
    ServiceReference<?> service = services(0x0104).get(0);
    assertThat(service.getProperty("usbinfo.bInterfaceClass")).isEqualTo("ff");
    assertThat(service.getProperty("usbinfo.address")).isEqualTo(address);
    eventually("the driver of the second configuration")
        .until(() -> compartment(port.location()) != null);
    assertThat(compartment(port.location()).driver()).isEqualTo("second");

    port.configure(0);

    awaitEvents("+0/0", "+1/0", "-0/0", "-1/0", "+1/0", "-1/0");
    assertThat(services(0x0104)).isEmpty();
    eventually("the device, without configuration")
        .until(
            () ->
                gateway.devices().stream()
                    .anyMatch(
                        d ->
                            d.identity().location().equals(port.location())
                                && d.activeConfiguration() == 0
                                && d.problem().contains("no configuration is set")));
  }
}
