package org.bulkhead.driver.repository.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.bulkhead.driver.repository.RepositoryException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepositoryLocatorTest {

  private static final Duration LONG = Duration.ofMinutes(10);
  private static final DriverJar MODEL = new DriverJar("model", "1.0.0", "0403:6001");
  private static final DriverJar GENERAL = new DriverJar("general", "1.0.0", "class ff");

  @TempDir Path folder;

  private final Fakes fakes = new Fakes();
  private final ExecutorService pool = Executors.newCachedThreadPool();
  private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);
  private final AtomicInteger changes = new AtomicInteger();
  private TestServer server;
  private TestServer second;
  private Duration deadline = LONG;
  private Duration retry = LONG;
  private Catalogue catalogue;
  private DriverStore store;
  private Fetches fetches;

  @BeforeEach
  void start() throws IOException {
    server = new TestServer();
    second = new TestServer();
  }

  @AfterEach
  void stop() {
    server.close();
    second.close();
    pool.shutdownNow();
    clock.shutdownNow();
  }

  @Test
  void driver_isNamedOnceItHasBeenFetched() throws Exception {
    server.serve(MODEL);
    RepositoryLocator locator = locator(server);

    assertThat(locator.findDrivers(device())).isEmpty();
    awaitChanges(1);
    assertThat(locator.findDrivers(device())).containsExactly("model");
    assertThat(locator.loadDriver("model")).hasBinaryContent(MODEL.bytes());
    assertThat(fakes.warnings).isEmpty();
  }

  @Test
  void unknownDriver_isNobodysBusiness() throws Exception {
    server.serve(MODEL);

    assertThat(locator(server).loadDriver("other")).isNull();
  }

  @Test
  void deviceThatNothingMatches_fetchesNothing() throws Exception {
    server.serve(new DriverJar("other", "1.0.0", "0403:6002,0403:6001@0700,class 08,class ff/01"));

    assertThat(locator(server).findDrivers(device())).isEmpty();
    assertThat(locator(server).findDrivers(new Hashtable<>())).isEmpty();
    assertThat(server.requests()).doesNotContain("/other-1.0.0.jar");
  }

  @Test
  void bestMatch_isFetchedAlone() throws Exception {
    server.serve(GENERAL, MODEL);
    RepositoryLocator locator = locator(server);

    locator.findDrivers(device());
    awaitChanges(1);

    assertThat(locator.findDrivers(device())).containsExactly("model");
    assertThat(server.requests()).doesNotContain("/general-1.0.0.jar");
  }

  @Test
  void higherVersion_isTakenFirst_andTheEarlierRepository() throws Exception {
    server.serve(MODEL, new DriverJar("model", "1.10.0", "0403:6001"));
    second.serve(new DriverJar("model", "9.0.0", "0403:6001"));
    RepositoryLocator locator = locator(server, second);

    locator.findDrivers(device());
    awaitChanges(1);

    assertThat(server.requests()).contains("/model-1.10.0.jar");
    assertThat(second.requests()).doesNotContain("/model-9.0.0.jar");
  }

  @Test
  void installedDriver_isLeftAsItIs() throws Exception {
    server.serve(GENERAL, MODEL);
    fakes.bundles.add(fakes.bundle("test.model", "0.9.0", "deploy:model.jar"));

    assertThat(locator(server).findDrivers(device())).isEmpty();
    assertThat(server.requests()).noneMatch(path -> path.endsWith(".jar"));
  }

  @Test
  void wrongDigest_isRefused() throws Exception {
    byte[] forged = MODEL.bytes();
    forged[forged.length - 1] ^= 1;
    refused(forged, MODEL.resource(), "SHA-256");
  }

  @Test
  void shorterThanTheIndexSays_isRefused() throws Exception {
    byte[] whole = MODEL.bytes();
    refused(Arrays.copyOf(whole, whole.length - 10), MODEL.resource(), "bytes came");
  }

  @Test
  void longerThanTheIndexSays_isRefused() throws Exception {
    refused(Arrays.copyOf(MODEL.bytes(), 100_000), MODEL.resource(), "more than");
  }

  @Test
  void otherBundleThanTheIndexSays_isRefused() throws Exception {
    byte[] other = GENERAL.bytes();
    refused(other, MODEL.resource(MODEL.file(), other), "the jar holds [general 1.0.0]");
  }

  @Test
  void otherVersionThanTheIndexSays_isRefused() throws Exception {
    byte[] other = new DriverJar("model", "2.0.0", "0403:6001").bytes();
    refused(other, MODEL.resource(MODEL.file(), other), "the jar holds [model 2.0.0]");
  }

  @Test
  void whatTheCheckOfJarsFinds_isRefused() throws Exception {
    fakes.problems.add("it needs package a.b");
    refused(MODEL.bytes(), MODEL.resource(), "it needs package a.b");
  }

  @Test
  void biggerThanAllowed_isNotEvenAskedFor() throws Exception {
    byte[] big = new byte[2 << 20];
    refused(big, MODEL.resource(MODEL.file(), big), "are allowed");
    assertThat(server.requests()).doesNotContain("/" + MODEL.file());
  }

  @Test
  void floodingServer_isRefused() throws Exception {
    server.flood("/" + MODEL.file());
    refused(null, MODEL.resource(), "longer than");
  }

  @Test
  void tricklingServer_isRefused() throws Exception {
    // What does not trickle has to come within it, on a busy machine, too.
    deadline = Duration.ofSeconds(3);
    server.trickle("/" + MODEL.file());
    refused(null, MODEL.resource(), "did not come whole within 3000 ms");
  }

  /** The driver is refused with one line, nothing is left of it, and another one helps out. */
  private void refused(byte[] jar, String resource, String why) throws Exception {
    if (jar != null) {
      server.serve("/" + MODEL.file(), jar);
    }
    server.serveIndex(resource);
    DriverJar substitute = new DriverJar("substitute", "1.0.0", "class ff");
    second.serve(substitute);
    RepositoryLocator locator = locator(server, second);

    assertThat(locator.findDrivers(device())).isEmpty();
    awaitChanges(1);
    assertThat(fakes.warnings).hasSize(1);
    assertThat(fakes.warnings.get(0)).contains("model 1.0.0", server.uri("/").toString(), why);
    assertThat(folder.resolve("store")).isEmptyDirectory();
    assertThat(locator.loadDriver("model")).isNull();

    fakes.problems.clear();
    assertThat(locator.findDrivers(device())).isEmpty();
    awaitChanges(2);
    assertThat(locator.findDrivers(device())).containsExactly("substitute");
  }

  @Test
  void stalledRepository_holdsUpNobody() throws Exception {
    server.serveIndex(MODEL.resource());
    server.stall("/" + MODEL.file());
    second.serve(new DriverJar("other", "1.0.0", "0403:6010"));
    RepositoryLocator locator = locator(server, second);
    Dictionary<String, Object> other = device();
    other.put("usbinfo.idProduct", "6010");

    assertThat(locator.findDrivers(device())).isEmpty();
    locator.findDrivers(other);
    awaitChanges(1);

    assertThat(locator.findDrivers(other)).containsExactly("other");
    assertThat(locator.findDrivers(device())).isEmpty();
    assertThatThrownBy(() -> locator.loadDriver("model")).hasMessageContaining("being fetched");
  }

  @Test
  void failedDriver_isTriedAgainAfterAPause() throws Exception {
    retry = Duration.ofMillis(100);
    server.serveIndex(MODEL.resource());
    RepositoryLocator locator = locator(server);

    locator.findDrivers(device());
    awaitChanges(1);
    server.serve(MODEL);
    awaitChanges(2);
    locator.findDrivers(device());
    awaitChanges(3);

    assertThat(locator.findDrivers(device())).containsExactly("model");
    assertThat(fakes.warnings).hasSize(1);
  }

  @Test
  void copyThatWasChanged_isFetchedAnew() throws Exception {
    server.serve(MODEL);
    RepositoryLocator locator = locator(server);
    locator.findDrivers(device());
    awaitChanges(1);
    try (Stream<Path> files = Files.list(folder.resolve("store"))) {
      Files.write(files.findFirst().orElseThrow(), new byte[10]);
    }

    assertThatThrownBy(() -> locator.loadDriver("model")).hasMessageContaining("was changed");
    awaitChanges(2);
    assertThat(locator.loadDriver("model")).hasBinaryContent(MODEL.bytes());
  }

  @Test
  void installation_fetchesWithProgressAndDeploys() throws Exception {
    server.serve(MODEL);
    Installation installation = installation(server);
    java.util.concurrent.atomic.AtomicLong left = new java.util.concurrent.atomic.AtomicLong();

    installation.install("model", left::addAndGet);

    assertThat(left).hasValue(0);
    assertThat(fakes.deployed).containsExactly("deployed");
  }

  @Test
  void installationOfWhatCameOnDemand_takesItsPlace() throws Exception {
    server.serve(MODEL);
    fakes.bundles.add(fakes.bundle("test.model", "1.0.0", "bulkhead-driver:model"));

    installation(server).install("test.model", n -> {});

    assertThat(fakes.deployed).containsExactly("uninstalled test.model", "deployed");
  }

  @Test
  void installationOfAnotherVersion_isAnUpdate() throws Exception {
    server.serve(MODEL);
    fakes.bundles.add(fakes.bundle("test.model", "0.9.0", "deploy:model.jar"));

    installation(server).install("model", n -> {});

    assertThat(fakes.deployed).containsExactly("updated test.model");
  }

  @Test
  void installation_saysWhyItIsNone() throws Exception {
    server.serveIndex(MODEL.resource());
    Installation installation = installation(server);

    assertThatThrownBy(() -> installation.install("other", n -> {}))
        .isInstanceOf(RepositoryException.class)
        .hasMessage("no repository has a driver \"other\"");
    assertThatThrownBy(() -> installation.install("model", n -> {}))
        .isInstanceOf(RepositoryException.class)
        .hasMessageContaining("cannot be had: there is no " + server.uri("/" + MODEL.file()));
    fakes.bundles.add(fakes.bundle("test.model", "1.0.0", "deploy:model.jar"));
    assertThatThrownBy(() -> installation.install("model", n -> {}))
        .hasMessage("model 1.0.0 is installed already");
    assertThat(fakes.deployed).isEmpty();
  }

  private Installation installation(TestServer... servers) throws IOException {
    locator(servers);
    return new Installation(fakes.context(), catalogue, store, fetches, fakes.deployment());
  }

  private RepositoryLocator locator(TestServer... servers) throws IOException {
    HttpBytes http = new HttpBytes(deadline, clock);
    List<Repository> repositories =
        Stream.of(servers)
            .map(s -> Repository.of(s.uri("/").toString(), folder, http, folder))
            .toList();
    for (Repository repository : repositories) {
      repository.refresh(
          left -> {
            throw new AssertionError(left);
          });
      assertThat(repository.problem()).isEmpty();
    }
    catalogue = new Catalogue(repositories);
    store = new DriverStore(folder.resolve("store"), fakes.deployment(), 1 << 20);
    fetches = new Fetches(store, pool, clock, fakes.log(), retry, LONG, changes::incrementAndGet);
    return new RepositoryLocator(fakes.context(), catalogue, store, fetches);
  }

  private void awaitChanges(int count) {
    await().atMost(Duration.ofSeconds(20)).until(() -> changes.get() >= count);
  }

  /** An FTDI port, as the framework registers it. */
  private static Dictionary<String, Object> device() {
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put("usbinfo.idVendor", "0403");
    properties.put("usbinfo.idProduct", "6001");
    properties.put("usbinfo.bcdDevice", "0600");
    properties.put("usbinfo.bDeviceClass", "00");
    properties.put("usbinfo.bInterfaceClass", "ff");
    properties.put("usbinfo.bInterfaceSubClass", "ff");
    properties.put("usbinfo.bInterfaceProtocol", "ff");
    return properties;
  }
}
