package org.bulkhead.itests.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.FaultInfo;
import org.junit.After;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogReaderService;

/** A driver's own file of settings, in the folder {@code etc}, while the gateway runs. */
public class DriverSettingsIT extends BusTest {

  private static final String FILE = "org.bulkhead.framework.driver-";

  @Inject LogReaderService log;

  @Configuration
  public Option[] features() {
    return options(
        osgi(),
        framework(),
        supervision(Map.of("callDeadlineMillis", 600_000, "backoffMillis", 10)),
        etcFolder(),
        simulatedBus());
  }

  /** As the launcher has it watched. */
  private static Option etcFolder() {
    try {
      Path etc = Files.createTempDirectory("etc");
      return composite(
          frameworkProperty("felix.fileinstall.dir").value(etc.toString()),
          frameworkProperty("felix.fileinstall.filter").value(".*\\.cfg"),
          frameworkProperty("felix.fileinstall.poll").value("100"),
          frameworkProperty("felix.fileinstall.noInitialDelay").value("true"),
          frameworkProperty("felix.fileinstall.enableConfigSave").value("false"),
          jars("org.apache.felix.fileinstall"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path file(String driver) {
    return Path.of(context.getProperty("felix.fileinstall.dir"), FILE + driver + ".cfg");
  }

  private void set(String driver, String... lines) throws IOException {
    Path part = Files.write(Files.createTempFile("settings", ".part"), List.of(lines));
    Files.move(part, file(driver), StandardCopyOption.REPLACE_EXISTING);
  }

  /** Waits until the framework goes by a driver's file, which says a number nobody else does. */
  private void awaitCalls(String driver, int calls) {
    eventually("the settings of " + driver)
        .until(() -> gateway.probation(driver).calls(), now -> now == calls);
  }

  @After
  public void emptyTheFolder() throws IOException {
    try (Stream<Path> files = Files.list(file("x").getParent())) {
      for (Path each : files.toList()) {
        Files.delete(each);
      }
    }
  }

  private List<FaultInfo> faults(String location) {
    return gateway.faults().stream().filter(f -> f.location().equals(location)).toList();
  }

  @Test
  public void ladderAndIntensity_areTheDriversOwn_fromItsNextLifeOn() throws Exception {
    start(ProbeBundle.of("climber", MODEL));
    String location = plug(widget()).location();
    awaitState(location, CompartmentState.RUNNING);
    gateway.complain(location, "before");
    eventually("a restart").until(() -> faults(location), f -> f.size() == 1);
    assertThat(faults(location).get(0).action()).startsWith("restarted");

    set("climber", "ladder=reset", "restartIntensity=2", "stableSeconds=1000", "probationCalls=7");
    awaitCalls("climber", 7);
    awaitState(location, CompartmentState.RUNNING);
    gateway.restart(location);
    eventually("the next life")
        .until(() -> compartment(location), c -> c.incarnation() == 3 && isRunning(c));
    for (int fault = 2; fault <= 4; fault++) {
      gateway.complain(location, "after");
      int count = fault;
      eventually("fault " + fault).until(() -> faults(location), f -> f.size() == count);
      eventually("its end")
          .until(
              () -> compartment(location),
              c -> isRunning(c) || c.state() == CompartmentState.QUARANTINED);
    }
    assertThat(faults(location).stream().skip(1).map(FaultInfo::action))
        .satisfiesExactly(
            first -> assertThat(first).startsWith("device reset"),
            second -> assertThat(second).startsWith("device reset"),
            third -> assertThat(third).isEqualTo("quarantined"));
  }

  @Test
  public void deadline_isTheDriversOwn() throws Exception {
    set("sleeper", "callDeadlineMillis = 300", "probationCalls = 8");
    awaitCalls("sleeper", 8);
    start(ProbeBundle.of("sleeper", MODEL).faulty("call", "hang").lives(1));
    String location = plug(widget()).location();
    BlockDevice session = session(BlockDevice.class, location);

    Background call = Background.start(() -> session.read(0, ByteBuffer.allocate(512)));

    // The gateway's own deadline is 10 minutes.
    eventually("the hang").until(() -> faults(location), f -> f.size() == 1);
    call.await();
    assertThat(faults(location).get(0).kind()).isEqualTo("hang");
    assertThat(compartment(location).incarnation()).isEqualTo(2);
  }

  @Test
  public void uselessValue_isToldByFileKeyAndRemedy_andTheGatewaysOwnStandsIn() throws Exception {
    set("typo", "callDeadlineMillis = soon", "ladder = restart, pray", "colour = red");
    start(ProbeBundle.of("typo", MODEL));
    String location = plug(widget()).location();
    awaitState(location, CompartmentState.RUNNING);

    String file = "etc/" + FILE + "typo.cfg";
    eventually("three errors").until(() -> told(file), told -> told.size() == 3);
    assertThat(told(file))
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains("callDeadlineMillis = soon", "whole number from 1 to 86400000"))
        .anySatisfy(line -> assertThat(line).contains("ladder", "pray", "restart, clear-halts"))
        .anySatisfy(line -> assertThat(line).contains("colour", "callDeadlineMillis"));
    gateway.complain(location, "once");
    eventually("the next life")
        .until(() -> compartment(location), c -> c.incarnation() == 2 && isRunning(c));
  }

  private List<String> told(String file) {
    return Collections.list(log.getLog()).stream()
        .map(LogEntry::getMessage)
        .filter(message -> message.startsWith(file))
        .distinct()
        .toList();
  }
}
