package org.bulkhead.itests.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.apache.felix.fileinstall.ArtifactInstaller;
import org.bulkhead.deploy.Deployment;
import org.bulkhead.deploy.DeploymentException;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.FaultInfo;
import org.bulkhead.transport.sim.SimMedium;
import org.bulkhead.transport.sim.SimPort;
import org.bulkhead.transport.sim.SimStick;
import org.junit.After;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.FrameworkWiring;

/** A driver's next version: what applications see of the swap, and what becomes of a bad one. */
public class SwapIT extends BusTest {

  /** More for the long form: {@code itests/container/swaps 10000}. */
  private static final int SWAPS = Integer.getInteger("bulkhead.swaps", 100);

  /**
   * Until the compilers have seen all that a swap runs: what they note of how it runs is metaspace,
   * which grows by a sixth in the first five hundred and no more after that.
   */
  private static final int WARM_UP = Math.max(500, SWAPS / 10);

  private static final int PROGRESS = 500;

  /** Ten times what it is to be on a machine that does nothing else. */
  private static final long MOST_MILLIS = 500;

  @Inject Deployment deployment;

  @Configuration
  public Option[] features() {
    return options(
        osgi(),
        framework(),
        supervision(Map.of("faultInjection", true)),
        deployFolder(),
        simulatedBus());
  }

  @After
  public void emptyTheDeployFolder() throws Exception {
    try (Stream<Path> files = Files.list(Path.of(context.getProperty("bulkhead.deploy")))) {
      for (Path file : files.toList()) {
        Files.delete(file);
        ((ArtifactInstaller) deployment).uninstall(file.toFile());
      }
    }
  }

  @Test
  public void swapUnderLoad_pausesApplicationsForAMoment() throws Exception {
    File jar = Jars.of("org.bulkhead.driver.massstorage").toFile();
    SimPort port = plug(new SimStick(SimMedium.pattern(1 << 20, 1)));
    Bundle bundle = deployment.deploy(jar);
    BlockDevice stick = session(BlockDevice.class, port.location());
    AtomicBoolean ended = new AtomicBoolean();
    AtomicLong longest = new AtomicLong();
    Background load = Background.start(() -> readOn(stick, ended, longest));
    long[] micros = new long[SWAPS];
    Footprint before = null;
    for (int i = -WARM_UP; i < SWAPS; i++) {
      if (i == 0) {
        before = Footprint.now();
      }
      bundle = deployment.update(bundle, jar);
      awaitState(port.location(), CompartmentState.RUNNING);
      stick.read(3, ByteBuffer.allocate(512));
      long pause = longest.getAndSet(0);
      if (i >= 0) {
        micros[i] = pause / 1000;
      }
      if (i > 0 && i % PROGRESS == 0) {
        System.out.printf("swaps: %d of %d, %s%n", i, SWAPS, Footprint.now());
      }
    }
    ended.set(true);
    load.await();

    Arrays.sort(micros);
    System.out.printf(
        "swaps: pause of reads: p50 %d us, p99 %d us, longest %d us of %d swaps%n",
        micros[SWAPS / 2], micros[SWAPS * 99 / 100 - 1], micros[SWAPS - 1], SWAPS);
    assertThat(micros[SWAPS / 2]).isLessThan(MOST_MILLIS * 1000);
    assertThat(compartment(port.location()).faults()).isZero();
    assertThat(port.claims()).hasSize(1);
    assertThat(bundlesNamed("org.bulkhead.driver.massstorage")).isEqualTo(1);
    assertThat(context.getBundle(0).adapt(FrameworkWiring.class).getRemovalPendingBundles())
        .isEmpty();
    Footprint first = before;
    System.out.printf("swaps: before %s%nswaps: after  %s%n", first, Footprint.now());
    eventually("no more than " + first).until(Footprint::now, now -> now.isLike(first));
  }

  private static void readOn(BlockDevice stick, AtomicBoolean ended, AtomicLong longest)
      throws IOException {
    ByteBuffer block = ByteBuffer.allocate(512);
    while (!ended.get()) {
      long before = System.nanoTime();
      stick.read(3, block.clear());
      longest.accumulateAndGet(System.nanoTime() - before, Math::max);
    }
  }

  @Test
  public void faultOnProbation_bringsTheOldVersionBack() throws Exception {
    SimPort port = plug(widget());
    File good = jar(ProbeBundle.of("tried", MODEL).version(1));
    Bundle first = deployment.deploy(good);
    BlockDevice session = session(BlockDevice.class, port.location());

    File bad = jar(ProbeBundle.of("tried", MODEL).version(2).faulty("call", "error"));
    deployment.update(first, bad);

    // The call that meets the fault is sent again, and may meet either version until the old one
    // runs; what is left of the failed one goes after that, and the jar is put back last.
    assertThat(read(session)).isEqualTo(1);
    Path jar = Path.of(context.getProperty("bulkhead.deploy")).resolve("probe.tried.jar");
    eventually("the old version's jar").until(() -> Files.mismatch(jar, good.toPath()) == -1);
    assertThat(jar.resolveSibling("probe.tried.jar.rejected"))
        .hasBinaryContent(Files.readAllBytes(bad.toPath()));
    assertThat(bundleOf("probe.tried").getVersion().getMajor()).isEqualTo(1);
    assertThat(bundlesNamed("probe.tried")).isEqualTo(1);
  }

  @Test
  public void faultOfAProvenVersion_isOnlyFollowedByARestart() throws Exception {
    SimPort port = plug(widget());
    deployment.deploy(jar(ProbeBundle.of("proven", MODEL).version(3)));
    BlockDevice session = session(BlockDevice.class, port.location());

    gateway.inject(port.location(), org.bulkhead.framework.admin.InjectedFault.THROW);
    session.read(0, ByteBuffer.allocate(512));

    assertThat(read(session)).isEqualTo(3);
    assertThat(bundleOf("probe.proven").getState()).isEqualTo(Bundle.ACTIVE);
  }

  @Test
  public void rollback_bringsTheEarlierVersionBackOnce() throws Exception {
    SimPort port = plug(widget());
    Bundle bundle = deployment.deploy(jar(ProbeBundle.of("back", MODEL).version(1)));
    BlockDevice session = session(BlockDevice.class, port.location());
    bundle = deployment.update(bundle, jar(ProbeBundle.of("back", MODEL).version(2)));
    assertThat(read(session)).isEqualTo(2);

    Bundle earlier = deployment.rollback(bundle);

    assertThat(read(session)).isEqualTo(1);
    assertThat(earlier.getVersion().getMajor()).isEqualTo(1);
    assertThatThrownBy(() -> deployment.rollback(earlier))
        .isInstanceOf(DeploymentException.class)
        .hasMessageContaining("nothing to go back to");
  }

  @Test
  public void versionThatWouldLoseItsDevice_isRefused() throws Exception {
    SimPort port = plug(widget());
    Bundle bundle = deployment.deploy(jar(ProbeBundle.of("keeps", MODEL).version(1)));
    BlockDevice session = session(BlockDevice.class, port.location());

    refused(bundle, ProbeBundle.of("keeps", "1209:7777").version(2), "does not match 1209:0001");

    assertThat(read(session)).isEqualTo(1);
    assertThat(compartment(port.location()).incarnation()).isEqualTo(1);
    assertThat(bundle.getState()).isEqualTo(Bundle.ACTIVE);
    assertThat(bundlesNamed("probe.keeps")).isEqualTo(1);
  }

  @Test
  public void versionThatDoesNotStart_isRefused_andNamedAmongTheFaults() throws Exception {
    SimPort port = plug(widget());
    Bundle bundle = deployment.deploy(jar(ProbeBundle.of("stays", MODEL).version(1)));
    BlockDevice session = session(BlockDevice.class, port.location());

    refused(
        bundle, ProbeBundle.of("stays", MODEL).version(2).throwing("start"), "exception in start");

    assertThat(read(session)).isEqualTo(1);
    assertThat(compartment(port.location()).incarnation()).isEqualTo(1);
    assertThat(faultOf("stays").kind()).isEqualTo("start");
    assertThat(faultOf("stays").message()).contains("probe: exception in start");
    assertThat(faultOf("stays").action()).contains("the version before goes on");
    assertThat(counted("stays")).containsExactly(Map.entry("start", 1L));
    assertThat(bundlesNamed("probe.stays")).isEqualTo(1);
  }

  @Test
  public void versionThatThrowsAsItStops_isReplacedAllTheSame_andNamedAmongTheFaults()
      throws Exception {
    SimPort port = plug(widget());
    Bundle bundle = deployment.deploy(jar(ProbeBundle.of("goes", MODEL).throwing("stop")));
    BlockDevice session = session(BlockDevice.class, port.location());

    deployment.update(bundle, jar(ProbeBundle.of("goes", MODEL).version(2)));

    assertThat(read(session)).isEqualTo(2);
    assertThat(faultOf("goes").kind()).isEqualTo("stop");
    assertThat(faultOf("goes").message()).contains("probe: exception in stop");
    assertThat(faultOf("goes").action()).isEqualTo("replaced all the same");
    assertThat(counted("goes")).containsExactly(Map.entry("stop", 1L));
    assertThat(bundlesNamed("probe.goes")).isEqualTo(1);
  }

  private FaultInfo faultOf(String driver) {
    List<FaultInfo> faults =
        gateway.faults().stream().filter(fault -> fault.driver().equals(driver)).toList();
    assertThat(faults).hasSize(1);
    return faults.get(0);
  }

  private void refused(Bundle bundle, ProbeBundle other, String why) throws IOException {
    File jar = jar(other);
    assertThatThrownBy(() -> deployment.update(bundle, jar))
        .isInstanceOf(DeploymentException.class)
        .hasMessageContaining(why);
  }

  private static File jar(ProbeBundle probe) throws IOException {
    Path jar = Files.createTempFile("probe", ".jar");
    Files.write(jar, probe.stream().readAllBytes());
    return jar.toFile();
  }

  private static int read(BlockDevice session) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(512);
    session.read(0, block);
    return block.get(0);
  }

  private long bundlesNamed(String symbolicName) {
    return Stream.of(context.getBundles())
        .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
        .count();
  }
}
