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
import org.bulkhead.deploy.DeploymentException;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.itests.container.probe.ProbeDriver;
import org.bulkhead.transport.sim.SimMedium;
import org.bulkhead.transport.sim.SimPort;
import org.bulkhead.transport.sim.SimStick;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.wiring.FrameworkWiring;

/** A driver's next version: what applications see of the swap, and what becomes of a bad one. */
public class SwapIT extends DeployTest {

  /** More for the long form: {@code itests/container/swaps 10000}. */
  private static final int SWAPS = Integer.getInteger("bulkhead.swaps", 100);

  /**
   * Until the compilers have seen all that a swap runs: what they note of how it runs is metaspace,
   * which grows by a sixth in the first five hundred and no more after that.
   */
  private static final int WARM_UP = Math.max(500, SWAPS / 10);

  private static final int PROGRESS = 500;

  /** Ten times what it is to be, p99, on a machine that does nothing else. */
  private static final long MOST_MILLIS = 500;

  private static final int INQUIRY = 0x12;

  @Configuration
  public Option[] features() {
    return options(
        osgi(),
        framework(),
        supervision(Map.of("faultInjection", true)),
        deployFolder(),
        simulatedBus());
  }

  @Test
  public void swapUnderLoad_pausesApplicationsForAMoment_andTheDeviceNoticesNothing()
      throws Exception {
    File jar = Jars.of("org.bulkhead.driver.massstorage").toFile();
    SimMedium pattern = SimMedium.pattern(1 << 20, 1);
    SimStick model = new SimStick(pattern, SimMedium.blank(1 << 20));
    SimPort port = plug(model);
    Bundle bundle = deployment.deploy(jar);
    AtomicBoolean ended = new AtomicBoolean();
    AtomicLong longest = new AtomicLong();
    BlockDevice read = unit(port, 0);
    BlockDevice written = unit(port, 1);
    Background reader = Background.start(() -> readOn(read, pattern, ended, longest));
    Background writer = Background.start(() -> writeOn(written, ended, longest));
    long[] micros = new long[SWAPS];
    Footprint before = null;
    for (int i = -WARM_UP; i < SWAPS; i++) {
      if (i == 0) {
        before = Footprint.now();
        longest.set(0);
      }
      bundle = deployment.update(bundle, jar);
      awaitState(port.location(), CompartmentState.RUNNING);
      read.read(3, ByteBuffer.allocate(512));
      long pause = longest.getAndSet(0);
      if (i >= 0) {
        micros[i] = pause / 1000;
      }
      if (i > 0 && i % PROGRESS == 0) {
        System.out.printf("swaps: %d of %d, %s%n", i, SWAPS, Footprint.now());
        // To count what is there stops everybody, which no swap does.
        longest.set(0);
      }
    }
    ended.set(true);
    reader.await();
    writer.await();

    Arrays.sort(micros);
    long p99 = micros[SWAPS * 99 / 100 - 1];
    System.out.printf(
        "swaps: pause of calls: p50 %d us, p99 %d us, longest %d us of %d swaps%n",
        micros[SWAPS / 2], p99, micros[SWAPS - 1], SWAPS);
    assertThat(p99).isLessThan(MOST_MILLIS * 1000);
    assertThat(compartment(port.location()).faults()).isZero();
    assertThat(port.claims()).hasSize(1);
    assertThat(port.releases()).as("how often a kernel driver could have come").isZero();
    assertThat(port.resets()).isZero();
    assertThat(model.commandCount(1, INQUIRY))
        .as("only the first life asks the second unit what it is; the others are told")
        .isEqualTo(1);
    assertThat(bundlesNamed("org.bulkhead.driver.massstorage")).isEqualTo(1);
    assertThat(context.getBundle(0).adapt(FrameworkWiring.class).getRemovalPendingBundles())
        .isEmpty();
    Footprint first = before;
    System.out.printf("swaps: before %s%nswaps: after  %s%n", first, Footprint.now());
    eventually("no more than " + first).until(Footprint::now, now -> now.isLike(first));
  }

  private BlockDevice unit(SimPort port, int lun) {
    String filter = "(&(bulkhead.location=%s)(bulkhead.unit=%d))".formatted(port.location(), lun);
    return context.getService(
        eventually("unit " + lun)
            .until(
                () -> context.getServiceReferences(BlockDevice.class, filter),
                found -> !found.isEmpty())
            .iterator()
            .next());
  }

  private static void readOn(
      BlockDevice unit, SimMedium medium, AtomicBoolean ended, AtomicLong longest)
      throws IOException {
    ByteBuffer block = ByteBuffer.allocate(512);
    ByteBuffer stored = ByteBuffer.allocate(512);
    for (long n = 0; !ended.get(); n = (n + 1) % medium.geometry().blockCount()) {
      long before = System.nanoTime();
      unit.read(n, block.clear());
      longest.accumulateAndGet(System.nanoTime() - before, Math::max);
      medium.read(n * 512, stored.clear());
      assertThat(block.flip()).isEqualTo(stored.flip());
    }
  }

  /** Writes what no write before wrote there, and reads it back. */
  private static void writeOn(BlockDevice unit, AtomicBoolean ended, AtomicLong longest)
      throws IOException {
    ByteBuffer block = ByteBuffer.allocate(512);
    ByteBuffer back = ByteBuffer.allocate(512);
    for (long n = 0; !ended.get(); n++) {
      block.clear();
      while (block.hasRemaining()) {
        block.putLong(n);
      }
      long before = System.nanoTime();
      unit.write(n % 64, block.flip());
      longest.accumulateAndGet(System.nanoTime() - before, Math::max);
      unit.read(n % 64, back.clear());
      assertThat(back.flip()).isEqualTo(block.flip());
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

  @Test
  public void versionForAnotherGateway_isRefused() throws Exception {
    SimPort port = plug(widget());
    Bundle bundle = deployment.deploy(jar(ProbeBundle.of("aged", MODEL).version(1)));
    BlockDevice session = session(BlockDevice.class, port.location());

    refused(
        bundle,
        ProbeBundle.of("aged", MODEL)
            .version(2)
            .importing("org.bulkhead.device.input;version=\"[99,100)\""),
        "needs package org.bulkhead.device.input [99.0.0,100.0.0)");

    assertThat(read(session)).isEqualTo(1);
    assertThat(compartment(port.location()).incarnation()).isEqualTo(1);
  }

  @Test
  public void versionThatHangsAsItStarts_isRefused() throws Exception {
    for (String kind : List.of("hang", "loop")) {
      String driver = kind + "s-in-start";
      set(driver, Map.of("attachDeadlineMillis", "500", "probationCalls", "11"));
      SimPort port = plug(widget());
      Bundle bundle = deployment.deploy(jar(ProbeBundle.of(driver, MODEL).version(1)));
      BlockDevice session = session(BlockDevice.class, port.location());

      refused(
          bundle,
          ProbeBundle.of(driver, MODEL).version(2).activator("start", kind),
          "did not start within 500 ms");

      assertThat(read(session)).isEqualTo(1);
      assertThat(compartment(port.location()).incarnation()).isEqualTo(1);
      assertThat(faultOf(driver).kind()).isEqualTo("start");
      assertThat(faultOf(driver).action()).contains("the version before goes on");
      assertThat(bundlesNamed("probe." + driver)).isEqualTo(1);
      assertThat(threadsInAnActivator()).isEmpty();
      emptyTheDeployFolder();
      port.unplug();
    }
  }

  @Test
  public void versionWhoseStartCannotBeEnded_isRefused_andTheGatewayGoesOnDeploying()
      throws Exception {
    System.clearProperty(ProbeDriver.RELEASE);
    set("deaf", Map.of("attachDeadlineMillis", "500", "probationCalls", "12"));
    SimPort port = plug(widget());
    Bundle bundle = deployment.deploy(jar(ProbeBundle.of("deaf", MODEL).version(1)));
    BlockDevice session = session(BlockDevice.class, port.location());
    try {
      refused(
          bundle,
          ProbeBundle.of("deaf", MODEL).version(2).activator("start", "deaf"),
          "did not start within 500 ms");

      assertThat(read(session)).isEqualTo(1);
      assertThat(faultOf("deaf").message()).contains("cannot be ended");
      SimPort other = plug(widget(0x0002));
      Bundle hearing = deployment.deploy(jar(ProbeBundle.of("hearing", "1209:0002").version(1)));
      assertThat(read(session(BlockDevice.class, other.location()))).isEqualTo(1);
      deployment.update(hearing, jar(ProbeBundle.of("hearing", "1209:0002").version(2)));
      assertThat(read(session(BlockDevice.class, other.location()))).isEqualTo(2);
      deployment.update(bundle, jar(ProbeBundle.of("deaf", MODEL).version(3)));
      assertThat(read(session)).isEqualTo(3);
    } finally {
      System.setProperty(ProbeDriver.RELEASE, "true");
    }
    eventually("the end of the refused version").until(() -> bundlesNamed("probe.deaf") == 1);
  }

  @Test
  public void activatorThatHangs_isEnded_whoeverStartsItsBundle() throws Exception {
    for (String kind : List.of("hang", "loop")) {
      String driver = kind + "s-by-hand";
      set(driver, Map.of("attachDeadlineMillis", "500", "probationCalls", "14"));

      assertThatThrownBy(() -> start(ProbeBundle.of(driver, MODEL).activator("start", kind)))
          .isInstanceOf(BundleException.class);

      assertThat(bundleOf("probe." + driver).getState()).isEqualTo(Bundle.RESOLVED);
    }
  }

  @Test
  public void versionThatHangsAsItStops_isReplacedAllTheSame() throws Exception {
    set("lingers", Map.of("detachDeadlineMillis", "300", "probationCalls", "13"));
    SimPort port = plug(widget());
    Bundle bundle =
        deployment.deploy(jar(ProbeBundle.of("lingers", MODEL).activator("stop", "hang")));
    BlockDevice session = session(BlockDevice.class, port.location());

    deployment.update(bundle, jar(ProbeBundle.of("lingers", MODEL).version(2)));

    assertThat(read(session)).isEqualTo(2);
    assertThat(faultOf("lingers").kind()).isEqualTo("stop");
    assertThat(faultOf("lingers").message()).contains("did not stop within");
    assertThat(faultOf("lingers").action()).isEqualTo("replaced all the same");
    assertThat(bundlesNamed("probe.lingers")).isEqualTo(1);
  }

  @Test
  public void driverThatExportsPackages_isCheckedBeforeItIsStopped_andSwappedAndRolledBack()
      throws Exception {
    SimPort port = plug(widget());
    Bundle bundle = deployment.deploy(jar(ProbeBundle.of("shares", MODEL).exporting()));
    BlockDevice session = session(BlockDevice.class, port.location());

    refused(
        bundle,
        ProbeBundle.of("shares", "1209:7777").exporting().version(2),
        "does not match 1209:0001");
    refused(
        bundle,
        ProbeBundle.of("other", MODEL).named("shares").exporting(),
        "offers no driver shares");
    assertThat(compartment(port.location()).incarnation()).isEqualTo(1);
    assertThat(read(session)).isEqualTo(1);

    Bundle next =
        deployment.update(bundle, jar(ProbeBundle.of("shares", MODEL).exporting().version(2)));
    assertThat(read(session)).isEqualTo(2);
    deployment.rollback(next);
    assertThat(read(session)).isEqualTo(1);
  }

  private static List<Thread> threadsInAnActivator() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(
            each ->
                Stream.of(each.getValue())
                    .anyMatch(frame -> frame.getClassName().contains("ProbeActivator")))
        .map(Map.Entry::getKey)
        .toList();
  }
}
