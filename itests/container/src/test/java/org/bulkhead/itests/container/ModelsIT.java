package org.bulkhead.itests.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.transport.sim.SimPort;
import org.junit.After;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;

/** A model of a known protocol is a line in a file, which is read while the gateway runs. */
public class ModelsIT extends BusTest {

  private static final Path FILE =
      Path.of(System.getProperty("java.io.tmpdir"), "models-it.list").toAbsolutePath();

  @Configuration
  public Option[] features() throws IOException {
    Files.deleteIfExists(FILE);
    return options(
        osgi(),
        framework(),
        supervision(Map.of("models", FILE.toString(), "updateWaitMillis", 500)),
        simulatedBus());
  }

  @After
  public void tidyUp() throws IOException {
    Files.deleteIfExists(FILE);
  }

  @Test
  public void line_givesAWaitingDeviceItsDriver() throws Exception {
    start(ProbeBundle.of("known", "1209:7fff"));
    SimPort port = plug(widget());
    eventually("the device").until(() -> known(port.location()));
    assertThat(compartment(port.location())).isNull();

    Files.writeString(FILE, "what is this\nknown 1209:0001\n");

    assertThat(awaitState(port.location(), CompartmentState.RUNNING).driver()).isEqualTo("known");
    assertThat(gateway.drivers())
        .filteredOn(driver -> driver.name().equals("known"))
        .flatExtracting(driver -> driver.matches())
        .containsExactly("1209:7fff", "1209:0001 (line 2)");
  }

  @Test
  public void line_goesBeforeWhatDriversSay_andStealsNothing() throws Exception {
    start(ProbeBundle.of("own", "1209:0001@0100"));
    start(ProbeBundle.of("other", "1209:7fff"));
    SimPort port = plug(widget());
    assertThat(awaitState(port.location(), CompartmentState.RUNNING).driver()).isEqualTo("own");

    Files.writeString(FILE, "other class ff\n");
    eventually("the line to be read")
        .until(
            () ->
                gateway.drivers().stream()
                    .anyMatch(driver -> driver.matches().contains("class ff (line 1)")));
    assertThat(compartment(port.location()).driver()).isEqualTo("own");

    port.unplug();
    eventually("it to leave").until(() -> !known(port.location()));
    port.replug();
    eventually("the other driver")
        .until(
            () ->
                compartment(port.location()) != null
                    && compartment(port.location()).driver().equals("other"));
  }

  @Test
  public void never_keepsADriverAway() throws Exception {
    Files.writeString(FILE, "greedy 1209:0001 never\n");
    start(ProbeBundle.of("greedy", "1209:0001"));
    eventually("the line to be read")
        .until(
            () ->
                gateway.drivers().stream()
                    .anyMatch(driver -> driver.matches().contains("1209:0001 never (line 1)")));
    SimPort port = plug(widget());
    eventually("the device").until(() -> known(port.location()));
    assertThat(gateway.awaitSettled(PATIENCE)).isTrue();
    assertThat(compartment(port.location())).isNull();

    Files.delete(FILE);

    assertThat(awaitState(port.location(), CompartmentState.RUNNING).driver()).isEqualTo("greedy");
  }
}
