package org.bulkhead.itests.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import javax.inject.Inject;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.contract.DeviceUnavailableException;
import org.bulkhead.framework.admin.CompartmentInfo;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.FaultInfo;
import org.bulkhead.itests.container.probe.ProbeActivator;
import org.bulkhead.itests.container.probe.ProbeDriver;
import org.bulkhead.transport.sim.ScriptStep;
import org.bulkhead.transport.sim.ScriptedDevice;
import org.bulkhead.transport.sim.SimPort;
import org.junit.After;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.BundleException;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogReaderService;

/** Drivers that do wrong, wherever they can and however they can. */
public class FaultIT extends BusTest {

  private static final int INTENSITY = 2;

  @Inject LogReaderService log;

  @Configuration
  public Option[] features() {
    return options(
        osgi(),
        framework(),
        supervision(
            Map.of(
                "callDeadlineMillis", 1_000,
                "attachDeadlineMillis", 1_000,
                "detachDeadlineMillis", 1_000,
                "restartIntensity", INTENSITY,
                "backoffMillis", 20,
                "backoffMaxMillis", 100)),
        simulatedBus());
  }

  @After
  public void releaseWhoIsDeaf() {
    System.setProperty(ProbeDriver.RELEASE, "true");
  }

  @Test
  public void exceptionInAttach_isFollowedByARestart() throws Exception {
    assertThat(faultOf(attached("attach", "exception")).kind()).isEqualTo("attach");
  }

  @Test
  public void errorInAttach_isFollowedByARestart() throws Exception {
    assertThat(faultOf(attached("attach", "error")).kind()).isEqualTo("error");
  }

  @Test
  public void hangInAttach_isFollowedByARestart() throws Exception {
    assertThat(faultOf(attached("attach", "hang")).kind()).isEqualTo("hang");
  }

  @Test
  public void deafInAttach_isAbandonedAndFollowedByARestart() throws Exception {
    System.clearProperty(ProbeDriver.RELEASE);
    String location = attached("attach", "deaf");

    assertThat(faultOf(location).kind()).isIn("hang", "loop");
    assertThat(compartment(location).abandonedThreads()).isEqualTo(1);
  }

  @Test
  public void exceptionInCall_isSentAgainToTheNextIncarnation() throws Exception {
    assertThat(faultOf(read("exception")).kind()).isEqualTo("exception");
  }

  @Test
  public void errorInCall_isSentAgainToTheNextIncarnation() throws Exception {
    assertThat(faultOf(read("error")).kind()).isEqualTo("error");
  }

  @Test
  public void hangInCall_isEndedAndSentAgainToTheNextIncarnation() throws Exception {
    assertThat(faultOf(read("hang")).kind()).isEqualTo("hang");
  }

  @Test
  public void loopInCall_isEndedAndSentAgainToTheNextIncarnation() throws Exception {
    String location = read("loop");

    assertThat(faultOf(location).kind()).isEqualTo("loop");
    assertThat(compartment(location).abandonedThreads()).isZero();
  }

  @Test
  public void exitInCall_isRefusedAndSentAgainToTheNextIncarnation() throws Exception {
    FaultInfo fault = faultOf(read("exit"));

    assertThat(fault.kind()).isEqualTo("exit");
    assertThat(fault.message()).contains("System.exit");
  }

  @Test
  public void stopOfTheGatewayInCall_isRefusedAndSentAgainToTheNextIncarnation() throws Exception {
    FaultInfo fault = faultOf(read("stop-gateway"));

    assertThat(fault.kind()).isEqualTo("global-state");
    assertThat(fault.message()).contains("Bundle.stop");
  }

  @Test
  public void threadInCall_isRefusedAndSentAgainToTheNextIncarnation() throws Exception {
    assertThat(faultOf(read("thread")).kind()).isEqualTo("foreign-thread");
  }

  @Test
  public void deafInCall_isAbandonedAndOthersAreServed() throws Exception {
    System.clearProperty(ProbeDriver.RELEASE);
    start(ProbeBundle.of("deaf", MODEL).faulty("call", "deaf").lives(1));
    SimPort port = plug(widget());
    BlockDevice session = session(BlockDevice.class, port.location());
    ByteBuffer captured = ByteBuffer.allocate(512);
    Background call = Background.start(() -> session.read(0, captured));

    eventually("the next incarnation")
        .until(() -> compartment(port.location()), c -> c.incarnation() == 2 && isRunning(c));
    ByteBuffer block = ByteBuffer.allocate(512);
    session.read(0, block);
    assertThat(block.get(0)).isEqualTo((byte) 1);
    assertThat(compartment(port.location()).abandonedThreads()).isEqualTo(1);
    assertThat(call.isDone()).isFalse();

    System.setProperty(ProbeDriver.RELEASE, "true");
    call.await();
    assertThat(captured.get(0)).isEqualTo((byte) 1);
  }

  @Test
  public void exceptionInHandler_isFollowedByARestart() throws Exception {
    assertThat(faultOf(completed("exception")).kind()).isEqualTo("exception");
  }

  @Test
  public void errorInHandler_isFollowedByARestart() throws Exception {
    assertThat(faultOf(completed("error")).kind()).isEqualTo("error");
  }

  @Test
  public void hangInHandler_isFollowedByARestart() throws Exception {
    assertThat(faultOf(completed("hang")).kind()).isEqualTo("hang");
  }

  @Test
  public void deafInHandler_isAbandonedAndFollowedByARestart() throws Exception {
    System.clearProperty(ProbeDriver.RELEASE);
    String location = completed("deaf");

    assertThat(compartment(location).abandonedThreads()).isEqualTo(1);
  }

  @Test
  public void deafInDetach_doesNotHoldUpTheStopOfItsBundle() throws Exception {
    System.clearProperty(ProbeDriver.RELEASE);
    var bundle = start(ProbeBundle.of("clinging", MODEL).faulty("detach", "deaf"));
    SimPort port = plug(widget());
    awaitState(port.location(), CompartmentState.RUNNING);

    bundle.stop();

    // The stop waits for it only so long, however long its threads take to be given up.
    assertThat(awaitState(port.location(), CompartmentState.STOPPED).abandonedThreads())
        .isEqualTo(1);
  }

  /** Before the second one's driver is asked for, the first has a second to itself. */
  @Test
  public void hangOfADriversFirstDevice_holdsTheNextUpForASecond() throws Exception {
    String first = plug(widget(0x0001)).location();
    String next = plug(widget(0x0002)).location();
    eventually("both devices").until(() -> known(first) && known(next));

    start(ProbeBundle.of("slow", "class ff").faulty("attach", "hang").lives(1));

    eventually("both hangs").until(() -> !faults(first).isEmpty() && !faults(next).isEmpty());
    List<FaultInfo> hangs = List.of(faultOf(first), faultOf(next));
    assertThat(hangs).extracting(FaultInfo::kind).containsOnly("hang");
    assertThat(Duration.between(hangs.get(0).time(), hangs.get(1).time()).abs())
        .isGreaterThan(Duration.ofMillis(700));
  }

  @Test
  public void tooManyFaults_endInAQuarantineThatRestartEnds() throws Exception {
    // The quarantined life is the third, and each restart by hand adds one.
    start(ProbeBundle.of("hopeless", MODEL).faulty("attach", "exception").lives(INTENSITY + 1));
    SimPort port = plug(widget());

    CompartmentInfo quarantined = awaitState(port.location(), CompartmentState.QUARANTINED);
    assertThat(quarantined.faults()).isEqualTo(INTENSITY + 1);
    assertThat(quarantined.reason())
        .contains("3 faults within 60 s", "probe: exception in attach", "driver:release");
    assertThat(faults(port.location()))
        .extracting(FaultInfo::action)
        .containsExactly("restarted after 20 ms", "restarted after 40 ms", "quarantined");

    assertThat(gateway.restart(port.location())).isEqualTo(1);
    assertThat(awaitState(port.location(), CompartmentState.RUNNING).reason()).isEmpty();
  }

  @Test
  public void quarantinedWhileInUse_tellsTheApplicationAtOnce() throws Exception {
    start(ProbeBundle.of("fatal", MODEL).faulty("call", "exception"));
    SimPort port = plug(widget());
    BlockDevice session = session(BlockDevice.class, port.location());

    assertThatThrownBy(() -> session.read(0, ByteBuffer.allocate(512)))
        .hasMessageContaining("read of BlockDevice 0");
    awaitState(port.location(), CompartmentState.QUARANTINED);
    assertThatThrownBy(session::geometry)
        .isInstanceOf(DeviceUnavailableException.class)
        .hasMessageContaining("probe: exception in call");
    eventually("no offer").until(() -> offered(BlockDevice.class, port.location()) == null);
  }

  @Test
  public void faultOfOne_isNotNoticedByOthers() throws Exception {
    start(ProbeBundle.of("sound", "1209:0002"));
    start(ProbeBundle.of("hanging", MODEL).faulty("handler", "hang"));
    SimPort other = plug(widget(0x0002));
    BlockDevice session = session(BlockDevice.class, other.location());
    ScriptedDevice device = widget();
    SimPort port = plug(device);

    device.then(0x81, ScriptStep.send((byte) 1));
    eventually("the hang").until(() -> !faults(port.location()).isEmpty());

    session.read(0, ByteBuffer.allocate(512));
    assertThat(compartment(other.location()).incarnation()).isEqualTo(1);
  }

  @Test
  public void classThatCannotBeWoven_isLoadedAsItIs_withALineInTheLog() throws Exception {
    var bundle = start(ProbeBundle.of("aged", MODEL).aged());
    awaitState(plug(widget()).location(), CompartmentState.RUNNING);

    assertThat(isWoven(bundle, ProbeDriver.class)).isTrue();
    assertThat(isWoven(bundle, ProbeActivator.class)).isFalse();
    assertThat(Collections.list(log.getLog()))
        .extracting(LogEntry::getMessage)
        .anyMatch(
            line -> line.contains("ProbeActivator of probe.aged is not woven, its loops cannot"));
  }

  @Test
  public void bundleThatCannotBeResolved_isAFaultByItsName() throws Exception {
    var bundle =
        context.installBundle("probe:unresolved", ProbeBundle.of("lost", MODEL).needing().stream());
    try {
      assertThatThrownBy(bundle::start).isInstanceOf(BundleException.class);
      eventually("the fault").until(() -> !bundleFaults(bundle.getBundleId()).isEmpty());
      FaultInfo fault = bundleFaults(bundle.getBundleId()).get(0);
      assertThat(fault.kind()).isEqualTo("resolve");
      assertThat(fault.driver()).isEqualTo("lost");
      assertThat(fault.message()).contains("no.such.package");
    } finally {
      bundle.uninstall();
    }
  }

  @Test
  public void bundleThatCannotBeStarted_isAFaultByItsName() throws Exception {
    var bundle =
        context.installBundle(
            "probe:unstarted", ProbeBundle.of("unable", MODEL).throwing("start").stream());
    try {
      assertThatThrownBy(bundle::start).isInstanceOf(BundleException.class);
      eventually("the fault").until(() -> !bundleFaults(bundle.getBundleId()).isEmpty());
      FaultInfo fault = bundleFaults(bundle.getBundleId()).get(0);
      assertThat(fault.kind()).isEqualTo("start");
      assertThat(fault.driver()).isEqualTo("unable");
      assertThat(fault.message()).contains("probe: exception in start");
      assertThat(counted("unable")).containsExactly(Map.entry("start", 1L));
    } finally {
      bundle.uninstall();
    }
  }

  @Test
  public void bundleThatThrowsAsItStops_isAFaultByItsName() throws Exception {
    var bundle = start(ProbeBundle.of("clumsy", MODEL).throwing("stop"));
    SimPort port = plug(widget());
    awaitState(port.location(), CompartmentState.RUNNING);

    bundle.uninstall();

    eventually("the fault").until(() -> !bundleFaults(bundle.getBundleId()).isEmpty());
    FaultInfo fault = bundleFaults(bundle.getBundleId()).get(0);
    assertThat(fault.kind()).isEqualTo("stop");
    assertThat(fault.driver()).isEqualTo("clumsy");
    assertThat(fault.message()).contains("probe: exception in stop");
    assertThat(bundleFaults(bundle.getBundleId())).hasSize(1);
  }

  @Test
  public void driverThatThrowsAsItDetaches_isAFaultByItsName_andTheNextLifeRuns() throws Exception {
    start(ProbeBundle.of("untidy", MODEL).faulty("detach", "exception").lives(1));
    SimPort port = plug(widget());
    awaitState(port.location(), CompartmentState.RUNNING);

    gateway.restart(port.location());

    eventually("the next incarnation")
        .until(() -> compartment(port.location()), c -> c.incarnation() == 2 && isRunning(c));
    FaultInfo fault = faultOf(port.location());
    assertThat(fault.kind()).isEqualTo("stop");
    assertThat(fault.message()).contains("probe: exception in detach");
    assertThat(counted("untidy")).containsExactly(Map.entry("stop", 1L));
    assertThat(compartment(port.location()).faults()).isZero();
  }

  private List<FaultInfo> bundleFaults(long bundleId) {
    return gateway.faults().stream().filter(f -> f.bundleId() == bundleId).toList();
  }

  /** A driver whose first incarnation fails to attach. */
  private String attached(String place, String kind) throws Exception {
    start(ProbeBundle.of("probe", MODEL).faulty(place, kind).lives(1));
    String location = plug(widget()).location();
    assertThat(awaitState(location, CompartmentState.RUNNING).incarnation()).isEqualTo(2);
    return location;
  }

  /** A read that the first incarnation fails in. */
  private String read(String kind) throws Exception {
    start(ProbeBundle.of("probe", MODEL).faulty("call", kind).lives(1));
    String location = plug(widget()).location();
    ByteBuffer block = ByteBuffer.allocate(512);
    session(BlockDevice.class, location).read(0, block);
    assertThat(block.hasRemaining()).isFalse();
    assertThat(block.get(0)).isEqualTo((byte) 1);
    assertThat(awaitState(location, CompartmentState.RUNNING).incarnation()).isEqualTo(2);
    return location;
  }

  /** A completion that the first incarnation fails in. */
  private String completed(String kind) throws Exception {
    start(ProbeBundle.of("probe", MODEL).faulty("handler", kind).lives(1));
    ScriptedDevice device = widget();
    String location = plug(device).location();
    awaitState(location, CompartmentState.RUNNING);
    device.then(0x81, ScriptStep.send((byte) 1));
    eventually("the next incarnation")
        .until(() -> compartment(location), c -> c.incarnation() == 2 && isRunning(c));
    return location;
  }

  private List<FaultInfo> faults(String location) {
    return gateway.faults().stream().filter(f -> f.location().equals(location)).toList();
  }

  private FaultInfo faultOf(String location) {
    assertThat(faults(location)).hasSize(1);
    return faults(location).get(0);
  }
}
