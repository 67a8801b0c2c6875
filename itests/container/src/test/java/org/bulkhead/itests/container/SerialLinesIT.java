package org.bulkhead.itests.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.InjectedFault;
import org.bulkhead.transport.sim.SerialPeer;
import org.bulkhead.transport.sim.SimAcm;
import org.bulkhead.transport.sim.SimPort;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;

/** An application that knows the standards only goes on, whatever becomes of the driver. */
public class SerialLinesIT extends BusTest {

  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final SerialPeer silent = data -> data.position(data.limit());
  private ServiceRegistration<EventHandler> handler;

  @Configuration
  public Option[] features() {
    return options(
        osgi(),
        framework(),
        supervision(Map.of("faultInjection", true)),
        simulatedBus(),
        acmDriver(),
        serialLines());
  }

  @Before
  public void listen() {
    Hashtable<String, Object> properties = new Hashtable<>();
    properties.put(EventConstants.EVENT_TOPIC, "serial/LINE");
    handler =
        context.registerService(
            EventHandler.class,
            (Event event) ->
                lines.add(event.getProperty("serial.comport") + " " + event.getProperty("line")),
            properties);
  }

  @After
  public void stopListening() {
    handler.unregister();
  }

  @Test
  public void lines_comeThroughRestartSwapAndReplug() throws Exception {
    SimAcm device = new SimAcm("L1", silent);
    SimPort port = plug(device);
    String comPort = port.location() + ":0 ";
    awaitOpen(device);
    assertThat(device.settings().baudRate()).isEqualTo(115_200);

    say(device, "first\nsec");
    assertThat(next()).isEqualTo(comPort + "first");

    int life = compartment(port.location()).incarnation();
    gateway.inject(port.location(), InjectedFault.THROW);
    say(device, "ond\n");
    eventually("the next incarnation")
        .until(() -> compartment(port.location()), c -> c.incarnation() > life && isRunning(c));
    assertThat(next()).isEqualTo(comPort + "second");
    assertThat(device.settings().dtr()).isTrue();

    Bundle driver = bundleOf("org.bulkhead.driver.cdcacm");
    driver.update(new URL(driver.getLocation()).openStream());
    awaitState(port.location(), CompartmentState.RUNNING);
    say(device, "third\n");
    assertThat(next()).isEqualTo(comPort + "third");

    port.unplug();
    eventually("the absence").until(() -> !known(port.location()));
    port.replug();
    awaitOpen(device);
    say(device, "fourth\n");
    assertThat(next()).isEqualTo(comPort + "fourth");
    assertThat(lines).isEmpty();
  }

  /** Open ports have DTR on. */
  private static void awaitOpen(SimAcm device) {
    eventually("the port to be open").until(() -> device.settings().dtr());
  }

  private static void say(SimAcm device, String text) {
    device.send(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private String next() throws InterruptedException {
    return lines.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }
}
