package org.bulkhead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bulkhead.gateway.Installation.Result;
import org.junit.jupiter.api.Test;

/** The unpacked distribution, used by its command only. */
class GatewayIT extends InstalledTest {

  private static final String FRAMEWORK = "org.osgi.framework";

  /** Commands are JVMs of their own, which a busy machine starts slowly. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @Test
  void run_withCommands_printsTheirOutputAndEndsWithTheirStatus() throws Exception {
    Result result = gateway.bulkhead("run", "-c", "lb -s; exit 7");

    assertThat(result.status()).isEqualTo(7);
    assertThat(result.out()).contains("org.bulkhead.console");
    assertThat(result.err()).isEmpty();
  }

  @Test
  void run_withPlainInput_executesLinesAndEndsWithTheInput() throws Exception {
    Result result = gateway.bulkheadWithInput("lb -s\nnope\n", "run");

    assertThat(result.status()).isEqualTo(127);
    assertThat(result.out()).contains("org.bulkhead.console").doesNotContain("bulkhead> ");
    assertThat(result.err()).hasLineCount(1).startsWith("unknown command 'nope'");
  }

  @Test
  void exec_keepsOutputsApartAndPassesTheStatusOn() throws Exception {
    start();

    Result result = gateway.bulkhead("exec", "lv; lb -s; exit 5");

    assertThat(result.status()).isEqualTo(5);
    assertThat(result.out()).contains("org.bulkhead.console").doesNotContain("unknown");
    assertThat(result.err()).hasLineCount(1).contains("unknown command 'lv'", "felix:lb");
  }

  @Test
  void exec_withHelpOption_printsTheHelpOfTheCommand() throws Exception {
    start();

    assertThat(gateway.bulkhead("exec", "lb --help").out()).contains("list all installed bundles");
  }

  @Test
  void transports_startBeforeTheDrivers() throws Exception {
    Result result = gateway.bulkhead("run", "-c", "lb -s");

    assertThat(result.out())
        .containsPattern("Active *\\| *45\\|org.bulkhead.transport.libusb")
        .containsPattern("Active *\\| *50\\|org.bulkhead.driver.hid");
  }

  @Test
  void complaints_endInAQuarantine_andReleaseEndsIt() throws Exception {
    assertThat(gateway.bulkhead("start", "--demo").status()).isZero();
    String again = "driver:complain sim-1 wrong bytes; block:hash sim-1; ";

    Result result =
        gateway.bulkhead(
            "exec",
            "device:list; " + again.repeat(6) + "driver:faults sim-1; driver:release sim-1");

    assertThat(result.out())
        .contains("sim-1: 1 driver told", "complaint", "quarantined")
        .endsWith("sim-1: 1 driver released\n");
    assertThat(result.out().lines().filter(line -> line.startsWith("sha256"))).hasSize(5);
    await("the driver serves again")
        .atMost(PATIENCE)
        .until(() -> gateway.bulkhead("exec", "block:hash sim-1").status() == 0);
    assertThat(gateway.bulkhead("exec", "driver:release sim-1").out())
        .isEqualTo("sim-1: nothing is quarantined\n");
  }

  @Test
  void secondStart_isRefusedNamingTheProcess() throws Exception {
    start();

    Result second = gateway.bulkhead("start");

    assertThat(second.status()).isEqualTo(4);
    assertThat(second.err()).contains("already running, process " + gateway.process().pid());
    assertThat(gateway.bulkhead("status").status()).isZero();
  }

  @Test
  void statusAfterStop_saysNotRunning() throws Exception {
    start();

    assertThat(gateway.bulkhead("stop").status()).isZero();

    assertThat(gateway.bulkhead("status").status()).isEqualTo(3);
    assertThat(gateway.bulkhead("exec", "lb").status()).isEqualTo(3);
    assertThat(gateway.log()).contains("launcher: stopped");
  }

  @Test
  void startAfterKill_worksAtOnce() throws Exception {
    start();
    ProcessHandle process = gateway.process();
    process.destroyForcibly();
    process.onExit().get(1, TimeUnit.MINUTES);

    start();

    assertThat(gateway.bulkhead("exec", "lb").status()).isZero();
  }

  @Test
  void terminated_endsInOrderWithinFiveSeconds() throws Exception {
    Process process = gateway.command("run", "--no-shell").start();
    awaitLog("launcher: up");

    process.destroy();
    assertEnds(process);
    assertThat(process.exitValue()).isEqualTo(143);
    assertThat(gateway.log()).contains("launcher: stopped");
  }

  @Test
  void terminatedWhileABundleHangs_isHaltedWithinFiveSecondsAndSaysWhere() throws Exception {
    new BundleJar("test.hanging", "1.0")
        .activator(HangingStop.class, FRAMEWORK)
        .writeTo(gateway.deploy().resolve("hanging.jar"));
    Process process = gateway.command("run", "--no-shell").start();
    awaitLog("launcher: up");

    process.destroy();
    assertEnds(process);
    assertThat(process.exitValue()).isEqualTo(70);
    assertThat(gateway.log()).contains("still stopping: test.hanging", "HangingStop.stop");
  }

  @Test
  void killedClient_interruptsItsCommand() throws Exception {
    new BundleJar("test.wait", "1.0")
        .activator(WaitCommand.class, FRAMEWORK)
        .writeTo(gateway.deploy().resolve("wait.jar"));
    start();
    Path running = folder.resolve("running");
    Process client = gateway.command("exec", "test:await " + running).start();
    await("the command runs").atMost(PATIENCE).until(() -> Files.exists(running));

    client.destroyForcibly();

    await("the command ended").atMost(PATIENCE).until(() -> !Files.exists(running));
    assertThat(gateway.bulkhead("exec", "lb").status()).isZero();
  }

  @Test
  void droppedJar_isDeployedUpdatedAndRemoved() throws Exception {
    start();
    Path jar = gateway.deploy().resolve("one.jar");

    new BundleJar("test.one", "1.0").writeTo(jar);
    awaitBundle("test.one (1.0.0)");
    new BundleJar("test.one", "1.1").writeTo(jar);
    awaitBundle("test.one (1.1.0)");
    Files.delete(jar);

    await("test.one is removed").atMost(PATIENCE).until(() -> !bundles().contains("test.one"));
  }

  @Test
  void brokenJar_isRefusedAndTheOldOneRuns() throws Exception {
    start();
    Path jar = gateway.deploy().resolve("one.jar");
    new BundleJar("test.one", "1.0").writeTo(jar);
    awaitBundle("test.one (1.0.0)");
    byte[] whole = new BundleJar("test.one", "1.1").activator(HangingStop.class, FRAMEWORK).bytes();

    BundleJar.write(jar, Arrays.copyOf(whole, whole.length / 2));

    awaitLog("one.jar refused: it is not a complete jar");
    assertThat(bundles()).contains("test.one (1.0.0)");
  }

  @Test
  void updateThatCannotResolve_isRefusedNamingWhatIsMissing() throws Exception {
    start();
    Path jar = gateway.deploy().resolve("one.jar");
    new BundleJar("test.one", "1.0").writeTo(jar);
    awaitBundle("test.one (1.0.0)");

    new BundleJar("test.one", "1.1")
        .header("Import-Package", "org.example.absent;version=\"[1,2)\"")
        .writeTo(jar);

    awaitLog("needs package org.example.absent [1.0.0,2.0.0), which nothing here provides");
    assertThat(bundles()).contains("test.one (1.0.0)");
  }

  @Test
  void updateThatCannotStart_putsTheOldOneBack() throws Exception {
    start();
    Path jar = gateway.deploy().resolve("one.jar");
    new BundleJar("test.one", "1.0").writeTo(jar);
    awaitBundle("test.one (1.0.0)");

    new BundleJar("test.one", "1.1").header("Bundle-Activator", "absent.Activator").writeTo(jar);

    awaitLog("test.one 1.0.0 was put back");
    assertThat(bundles()).contains("test.one (1.0.0)");
  }

  @Test
  void secondFileWithTheSameBundle_isRefusedNamingTheFirst() throws Exception {
    new BundleJar("test.one", "1.0").writeTo(gateway.deploy().resolve("one.jar"));
    start();

    new BundleJar("test.one", "1.1").writeTo(gateway.deploy().resolve("two.jar"));

    awaitLog("two.jar refused: test.one is already deployed by one.jar: replace that file");
    assertThat(bundles()).contains("test.one (1.0.0)");
  }

  @Test
  void jarThatWaitsForAnother_startsWhenThatOneComes() throws Exception {
    start();
    new BundleJar("test.user", "1.0")
        .header("Import-Package", "test.offer")
        .writeTo(gateway.deploy().resolve("user.jar"));
    awaitLog("it waits for package test.offer");

    new BundleJar("test.offer", "1.0")
        .header("Export-Package", "test.offer")
        .writeTo(gateway.deploy().resolve("offer.jar"));

    awaitBundle("test.user (1.0.0)");
  }

  /** By the gateway's own log: a busy machine takes its time to start and to end a process. */
  private void assertEnds(Process process) throws InterruptedException {
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(Duration.between(logged("stopping"), logged("(not )?stopped")))
        .isLessThan(Duration.ofSeconds(5));
  }

  private LocalDateTime logged(String message) {
    Matcher line =
        Pattern.compile("(?m)^(\\S+) (\\S+) +[A-Z]+ +launcher: " + message).matcher(gateway.log());
    assertThat(line.find()).as(message).isTrue();
    return LocalDateTime.parse(line.group(1) + "T" + line.group(2));
  }

  private String bundles() throws IOException, InterruptedException {
    return gateway.bulkhead("exec", "lb -s").out();
  }

  private void awaitBundle(String nameAndVersion) {
    await(nameAndVersion + " is active")
        .atMost(PATIENCE)
        .until(
            () ->
                bundles()
                    .lines()
                    .anyMatch(line -> line.contains("Active") && line.contains(nameAndVersion)));
  }

  private void awaitLog(String text) {
    await("the log says: " + text)
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> gateway.log().contains(text));
  }
}
