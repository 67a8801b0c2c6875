package org.bulkhead.itests.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.framework.admin.FaultInfo;
import org.bulkhead.framework.admin.FaultListener;
import org.bulkhead.transport.sim.SimPort;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;

/** Which faults bring the version before back, and until when. */
public class ProbationIT extends DeployTest {

  private static final String OTHER = "1209:0002";

  @Configuration
  public Option[] features() {
    return options(osgi(), framework(), deployFolder(), simulatedBus());
  }

  @Test
  public void rollback_isSaidInTheLog() throws Exception {
    String location = tried("spoken", Map.of("probationSeconds", "60", "probationCalls", "21"));

    gateway.complain(location, "it does not do its job");
    awaitLog(
        "probe.spoken 2.0.0 failed on probation (complaint of " + location,
        "it does not do its job",
        "probe.spoken 1.0.0 is back",
        "kept as probe.spoken.jar.rejected");
  }

  @Test
  public void faultOfAVersionProvenByTime_isOnlyFollowedByARestart() throws Exception {
    String location = tried("lasted", Map.of("probationSeconds", "1", "probationCalls", "0"));
    assertThat(isTried("lasted")).isTrue();
    eventually("the end of its probation").until(() -> !isTried("lasted"));

    faultIsOnlyFollowedByARestart("lasted", location);
  }

  @Test
  public void faultOfAVersionProvenByCalls_isOnlyFollowedByARestart() throws Exception {
    String location = tried("served", Map.of("probationSeconds", "1", "probationCalls", "500"));
    BlockDevice session = session(BlockDevice.class, location);
    // Ends when it is served: time alone would not.
    eventually("the end of its probation")
        .until(
            () -> {
              boolean before = isTried("served");
              read(session);
              return !before;
            });
    assertThat(compartment(location).calls()).isGreaterThanOrEqualTo(500);

    faultIsOnlyFollowedByARestart("served", location);
  }

  private void faultIsOnlyFollowedByARestart(String driver, String location) throws Exception {
    gateway.complain(location, "after its probation");

    assertThat(read(session(BlockDevice.class, location))).isEqualTo(2);
    eventually("the fault").until(() -> faultsOf(driver).size() == 1);
    assertThat(faultOf(driver).action()).startsWith("restarted");
    awaitFaultsHandled();
    assertThat(read(session(BlockDevice.class, location))).isEqualTo(2);
  }

  @Test
  public void noProbation_isTheDriversOwn() throws Exception {
    String location = tried("trusted", Map.of("probationSeconds", "0", "probationCalls", "22"));

    assertThat(isTried("trusted")).isFalse();
    faultIsOnlyFollowedByARestart("trusted", location);
  }

  @Test
  public void threadThatTheVersionBeforeLeft_isNotHeldAgainstTheNextOne() throws Exception {
    SimPort port = plug(widget());
    Bundle first = deployment.deploy(jar(leaving("leaky")));
    BlockDevice session = session(BlockDevice.class, port.location());

    deployment.update(first, jar(ProbeBundle.of("leaky", MODEL).version(2)));

    eventually("the thread").until(() -> faultsOf("leaky").size() == 1);
    FaultInfo fault = faultOf("leaky");
    assertThat(fault.kind()).isEqualTo("left-threads");
    assertThat(fault.bundleId()).isEqualTo(first.getBundleId());
    awaitFaultsHandled();
    assertThat(read(session)).isEqualTo(2);
  }

  @Test
  public void threadThatTheVersionBeforeLeftInTheSameBundle_isNotHeldAgainstTheNextOne()
      throws Exception {
    SimPort port = plug(widget());
    Bundle bundle = deployment.deploy(jar(leaving("dripping").exporting()));
    BlockDevice session = session(BlockDevice.class, port.location());

    Bundle next =
        deployment.update(bundle, jar(ProbeBundle.of("dripping", MODEL).version(2).exporting()));

    assertThat(next).isEqualTo(bundle);
    eventually("the thread").until(() -> faultsOf("dripping").size() == 1);
    assertThat(faultOf("dripping").kind()).isEqualTo("left-threads");
    assertThat(faultOf("dripping").bundleId())
        .as("of code that is not there any more")
        .isEqualTo(-1);
    awaitFaultsHandled();
    assertThat(read(session)).isEqualTo(2);
  }

  @Test
  public void versionThatDoesMore_isGoneBackFromAllTheSame() throws Exception {
    SimPort port = plug(widget());
    Bundle first = deployment.deploy(jar(ProbeBundle.of("more", MODEL).version(1)));
    BlockDevice session = session(BlockDevice.class, port.location());
    SimPort added = plug(widget(0x0002));
    deployment.update(
        first,
        jar(
            ProbeBundle.of("more", MODEL, OTHER)
                .version(2)
                .offering("more-still", "1209:0003")
                .faulty("call", "error")));
    session(BlockDevice.class, added.location());

    assertThat(read(session)).isEqualTo(1);
    awaitLog("probe.more 1.0.0 is back");
    assertThat(bundleOf("probe.more").getVersion().getMajor()).isEqualTo(1);
  }

  @Test
  public void exportingDriversFault_bringsTheVersionBeforeBack() throws Exception {
    SimPort port = plug(widget());
    Bundle first = deployment.deploy(jar(ProbeBundle.of("public", MODEL).version(1).exporting()));
    BlockDevice session = session(BlockDevice.class, port.location());

    deployment.update(
        first, jar(ProbeBundle.of("public", MODEL).version(2).exporting().faulty("call", "error")));

    assertThat(read(session)).isEqualTo(1);
    awaitLog("probe.public 1.0.0 is back");
  }

  /** A driver that starts a thread, which runs on when the driver's life is over. */
  private static ProbeBundle leaving(String driver) {
    return ProbeBundle.of(driver, MODEL).version(1).faulty("attach", "leave");
  }

  /** A device whose driver has just got its second version. */
  private String tried(String driver, Map<String, String> settings) throws Exception {
    set(driver, settings);
    String location = plug(widget()).location();
    Bundle first = deployment.deploy(jar(ProbeBundle.of(driver, MODEL).version(1)));
    assertThat(read(session(BlockDevice.class, location))).isEqualTo(1);
    deployment.update(first, jar(ProbeBundle.of(driver, MODEL).version(2)));
    assertThat(read(session(BlockDevice.class, location))).isEqualTo(2);
    return location;
  }

  private boolean isTried(String driver) {
    return ((FaultListener) deployment).replaces(bundleOf("probe." + driver).getBundleId());
  }

  /** One fault is handled after another: waits until a later one has brought a version back. */
  private void awaitFaultsHandled() throws Exception {
    SimPort port = plug(widget(0x0002));
    File jar = jar(ProbeBundle.of("last", OTHER).version(1));
    Bundle first = deployment.deploy(jar);
    assertThat(read(session(BlockDevice.class, port.location()))).isEqualTo(1);
    deployment.update(first, jar(ProbeBundle.of("last", OTHER).version(2)));
    assertThat(read(session(BlockDevice.class, port.location()))).isEqualTo(2);
    gateway.complain(port.location(), "the last");
    Path deployed = folder().resolve("probe.last.jar");
    eventually("the fault's handling").until(() -> Files.mismatch(deployed, jar.toPath()) == -1);
  }
}
