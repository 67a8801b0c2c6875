package org.bulkhead.framework.internal.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bulkhead.framework.internal.access.probe.ProbeActivator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.device.Device;
import org.osgi.service.device.DriverLocator;

/** Steps A, B, G and K: locators, good and bad, and the bundles that come from them. */
class OnDemandTest {

  /** What is waited for in vain; those who do nothing wrong have it, too, on a busy machine. */
  private static final Duration SHORT = Duration.ofSeconds(1);

  @RegisterExtension private final Lab lab = new Lab();

  private boolean attachedTo(String driverId, ServiceReference<?> device) {
    Bundle bundle = lab.loaded(driverId);
    return bundle != null
        && bundle.getState() == Bundle.ACTIVE
        && Lab.uses(bundle.getBundleContext(), device);
  }

  // ---- A ---------------------------------------------------------------------------------------

  @Test
  void allLocators_areAskedAndTheirIdsMerged() throws Exception {
    lab.start();
    TestLocator one = new TestLocator().naming("a", "b").having("a", Jar.driver("a", 1));
    TestLocator two = new TestLocator().naming("b", "c").having("c", Jar.driver("c", 3));
    two.having("b", Jar.driver("b", 2));
    lab.locator(one);
    lab.locator(two);
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(attachedTo("c", device)).isTrue();
    assertThat(List.of(lab.loaded("a"), lab.loaded("b"))).allMatch(b -> b != null);
  }

  @Test
  void locator_isGivenTheDevicesProperties_whateverTheCaseOfTheirNames() throws Exception {
    lab.start();
    List<Object> seen = new CopyOnWriteArrayList<>();
    lab.locator(
        new Hostile(
            properties -> {
              for (String name : new String[] {"DEVICE_SERIAL", "device_serial", "Device_Serial"}) {
                seen.add(String.valueOf(properties.get(name)));
              }
              return null;
            }));
    lab.settle();
    lab.device(new TestDevice(), "DEVICE_SERIAL", "S1");
    lab.settle();
    assertThat(seen).containsExactly("S1", "S1", "S1");
  }

  @Test
  void locatorThatWritesToTheProperties_deceivesNobody() throws Exception {
    lab.start();
    lab.locator(
        new Hostile(
            properties -> {
              try {
                properties.put("DEVICE_SERIAL", "forged");
              } catch (RuntimeException readOnly) {
                // As well.
              }
              return null;
            }),
        "service.ranking",
        1);
    List<Object> seen = new CopyOnWriteArrayList<>();
    lab.locator(
        new Hostile(
            properties -> {
              seen.add(properties.get("DEVICE_SERIAL"));
              return null;
            }));
    lab.settle();
    lab.device(new TestDevice(), "DEVICE_SERIAL", "S1");
    lab.settle();
    assertThat(seen).containsExactly("S1");
  }

  @Test
  void locatorsThatThrowOrNameRubbish_hinderNobody() throws Exception {
    lab.start();
    lab.locator(
        new Hostile(
            p -> {
              throw new IllegalStateException("hostile");
            }));
    lab.locator(
        new Hostile(
            p -> {
              throw new StackOverflowError();
            }));
    lab.locator(
        new Hostile(
            p -> {
              throw new Unspeakable();
            }));
    lab.locator(new Hostile(p -> null));
    lab.locator(new Hostile(p -> new String[] {null, "", "  ", "unknown", "unknown", "x/../;:?"}));
    lab.locator(new TestLocator().naming("good").having("good", Jar.driver("good", 1)));
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(attachedTo("good", device)).isTrue();
  }

  @Test
  void locatorThatNamesThousands_isHeardInPart() throws Exception {
    lab.start();
    String[] many = IntStream.range(0, 100_000).mapToObj(i -> "d" + i).toArray(String[]::new);
    TestLocator flood = new TestLocator().naming(many);
    lab.locator(flood);
    lab.locator(new TestLocator().naming("good").having("good", Jar.driver("good", 1)));
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(attachedTo("good", device)).isTrue();
    assertThat(flood.asked).hasSizeLessThan(1_000);
  }

  @Test
  void locatorsAnswers_areNotCached() throws Exception {
    lab.start();
    AtomicInteger asked = new AtomicInteger();
    lab.locator(
        new Hostile(
            p -> {
              asked.incrementAndGet();
              return null;
            }));
    lab.settle();
    lab.device();
    lab.settle();
    lab.device();
    lab.settle();
    assertThat(asked).hasValue(2);
  }

  @Test
  void locatorThatNeverReturns_isNotAskedForEver() throws Exception {
    lab.deadline(SHORT).start();
    AtomicInteger asked = new AtomicInteger();
    lab.locator(
        new Hostile(
            p -> {
              asked.incrementAndGet();
              lab.hang();
              return null;
            }));
    TestDriver driver = lab.driver("any");
    driver.register();
    List<ServiceReference<Device>> devices =
        IntStream.range(0, 20).mapToObj(i -> plugged()).toList();
    lab.settle();
    assertThat(devices).allMatch(driver::has);
    assertThat(asked).hasValue(ThirdParty.MAX_TIMEOUTS);
    assertThat(lab.log()).anyMatch(line -> line.contains("is not asked any more"));
  }

  @Test
  void locatorThatComes_isAskedForIdleDevices() throws Exception {
    lab.start();
    ServiceReference<Device> device = lab.device();
    lab.settle();
    lab.locator(new TestLocator().naming("late").having("late", Jar.driver("late", 1)));
    lab.settle();
    assertThat(attachedTo("late", device)).isTrue();
  }

  @Test
  void locatorThatChangesWheneverItIsAsked_keepsNobodyWaiting() throws Exception {
    lab.start();
    AtomicInteger asked = new AtomicInteger();
    ServiceRegistration<?>[] self = new ServiceRegistration<?>[1];
    self[0] =
        lab.locator(
            new Hostile(
                p -> {
                  if (self[0] != null) {
                    self[0].setProperties(Lab.table("n", asked.incrementAndGet()));
                  }
                  return null;
                }));
    lab.device(new TestDevice(), "idle", "for ever");
    Lab.eventually("it being asked", () -> asked.get() > 2);
    TestDriver driver = lab.driver("any").match(d -> d.getProperty("idle") == null ? 1 : 0);
    driver.register();
    ServiceReference<Device> device = lab.device();
    Lab.eventually("the other device", () -> driver.has(device));
  }

  // ---- B ---------------------------------------------------------------------------------------

  @Test
  void driverThatIsRegistered_isNotLoaded() throws Exception {
    lab.start();
    TestDriver there = lab.driver("there");
    there.register();
    TestLocator locator = new TestLocator().naming("there");
    lab.locator(locator);
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(there.has(device)).isTrue();
    assertThat(locator.asked).isEmpty();
  }

  @Test
  void driver_isLoadedByALocatorThatNamedIt_beforeOthers() throws Exception {
    lab.start();
    TestLocator other = new TestLocator().having("x", Jar.driver("x", 1));
    lab.locator(other, "service.ranking", 10);
    TestLocator named = new TestLocator().naming("x").having("x", Jar.driver("x", 1));
    lab.locator(named, "service.ranking", -10);
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(attachedTo("x", device)).isTrue();
    assertThat(other.asked).isEmpty();
  }

  @Test
  void driverThatItsLocatorCannotLoad_isLoadedByAnother() throws Exception {
    lab.start();
    lab.locator(
        new TestLocator()
            .naming("x")
            .giving(
                "x",
                () -> {
                  throw new IOException("no");
                }));
    lab.locator(new TestLocator().having("x", Jar.driver("x", 1)));
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(attachedTo("x", device)).isTrue();
  }

  @Test
  void driverThatNobodyCanLoad_isSkipped() throws Exception {
    lab.start();
    lab.locator(new TestLocator().naming("nowhere", "x").having("x", Jar.driver("x", 1)));
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(attachedTo("x", device)).isTrue();
    assertThat(lab.log()).anyMatch(l -> l.contains("nowhere") || l.contains("could not be loaded"));
  }

  @Test
  void rubbishInsteadOfAJar_harmsNobodyAndLeavesNothing() throws Exception {
    lab.deadline(Duration.ofSeconds(2)).start();
    byte[] whole = Jar.driver("truncated", 9).bytes();
    TestLocator hostile =
        new TestLocator()
            .naming(
                "null", "empty", "text", "truncated", "throwing", "closing", "broken", "fragment")
            .giving("null", () -> null)
            .giving("empty", InputStream::nullInputStream)
            .giving("text", () -> new ByteArrayInputStream("no jar".getBytes()))
            .giving(
                "truncated", () -> new ByteArrayInputStream(Arrays.copyOf(whole, whole.length / 2)))
            .giving("throwing", () -> new HostileStream(() -> throwing(new IOException("torn"))))
            .giving("closing", () -> new HostileStream(() -> throwing(new LinkageError("torn"))))
            .having(
                "broken", Jar.driver("broken", 9).header("Import-Package", "org.example.nowhere"))
            .having("fragment", Jar.empty("fragment").header("Fragment-Host", "nowhere"));
    lab.locator(hostile);
    lab.locator(new TestLocator().naming("good").having("good", Jar.driver("good", 1)));
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(attachedTo("good", device)).isTrue();
    assertThat(Stream.of(lab.system().getBundles()).map(Bundle::getLocation))
        .filteredOn(location -> location.startsWith("bulkhead-driver:"))
        .containsExactly("bulkhead-driver:good");
    assertThat(spooled()).isEmpty();
  }

  @Test
  void endlessJar_endsAtTheLimit() throws Exception {
    lab.start();
    lab.locator(
        new TestLocator().naming("endless").giving("endless", () -> new HostileStream(() -> 0)));
    lab.locator(new TestLocator().naming("good").having("good", Jar.driver("good", 1)));
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(attachedTo("good", device)).isTrue();
    assertThat(lab.log()).anyMatch(line -> line.contains("more than 64 MiB"));
    assertThat(spooled()).isEmpty();
  }

  @Test
  void jarThatNeverComes_endsAtTheDeadline() throws Exception {
    lab.deadline(SHORT).start();
    lab.locator(
        new TestLocator()
            .naming("silent")
            .giving(
                "silent",
                () ->
                    new HostileStream(
                        () -> {
                          lab.hang();
                          return -1;
                        })));
    lab.locator(new TestLocator().naming("good").having("good", Jar.driver("good", 1)));
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(attachedTo("good", device)).isTrue();
    assertThat(lab.log()).anyMatch(line -> line.contains("did not return within"));
  }

  @Test
  void jarThatTrickles_endsAtTheDeadlineAndLeavesNothing() throws Exception {
    lab.deadline(SHORT).start();
    lab.locator(
        new TestLocator()
            .naming("slow")
            .giving(
                "slow",
                () ->
                    new HostileStream(
                        () -> {
                          Thread.onSpinWait();
                          return 1;
                        },
                        1)));
    lab.locator(new TestLocator().naming("good").having("good", Jar.driver("good", 1)));
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(attachedTo("good", device)).isTrue();
    Lab.eventually("no file", () -> spooled().isEmpty());
  }

  @Test
  void bundleWhoseStartThrows_isRemovedAndAnotherTried() throws Exception {
    lab.start();
    lab.locator(
        new TestLocator()
            .naming("x")
            .having("x", Jar.driver("x", 1).header(ProbeActivator.BEHAVIOUR, "throws")));
    lab.locator(new TestLocator().having("x", Jar.driver("x", 1)));
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(attachedTo("x", device)).isTrue();
  }

  @Test
  void bundleThatHangsAsItStarts_harmsNobody() throws Exception {
    lab.deadline(SHORT).start();
    lab.locator(
        new TestLocator()
            .naming("x", "good")
            .having("x", Jar.driver("x", 9).header(ProbeActivator.BEHAVIOUR, "hangs"))
            .having("good", Jar.driver("good", 1)));
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(attachedTo("good", device)).isTrue();
    // The deadline interrupts it, and then it goes.
    Lab.eventually("its removal", () -> lab.loaded("x") == null);
  }

  @Test
  void bundleThatHangsAsItStops_isLeftToItsFate() throws Exception {
    lab.deadline(SHORT).idleDriverRemoval(Duration.ofMillis(1)).start();
    lab.locator(
        new TestLocator()
            .naming("x")
            .having("x", Jar.driver("x", 0).header(ProbeActivator.BEHAVIOUR, "hangs-stopping")));
    lab.device();
    lab.settle();
    Lab.eventually("the try", () -> lab.log().stream().anyMatch(l -> l.contains("the removal of")));
    lab.settle();
  }

  @Test
  void bundleWithoutTheDriver_isRemovedAfterAWhileAndAnotherTried() throws Exception {
    lab.deadline(SHORT).start();
    TestLocator liar = new TestLocator().naming("x").having("x", Jar.driver("other", 0));
    lab.locator(liar, "service.ranking", 1);
    lab.locator(new TestLocator().having("x", Jar.driver("x", 1)));
    ServiceReference<Device> device = lab.device();
    Lab.eventually("the true one", () -> attachedTo("x", device));
    lab.device();
    lab.settle();
    assertThat(liar.asked).hasSize(1);
  }

  @Test
  void driverThatRegistersLate_isWaitedFor() throws Exception {
    lab.start();
    lab.locator(new TestLocator().naming("x").having("x", Jar.empty("slow.starter")));
    ServiceReference<Device> device = lab.device();
    lab.settle();
    Bundle bundle = lab.loaded("x");
    assertThat(bundle.getState()).isEqualTo(Bundle.ACTIVE);
    TestDriver late = new TestDriver("x", bundle.getBundleContext());
    late.register();
    lab.settle();
    assertThat(late.has(device)).isTrue();
  }

  // ---- G ---------------------------------------------------------------------------------------

  @Test
  void referral_isLoadedThroughTheLocators() throws Exception {
    lab.start();
    lab.driver("general").match(9).attach(device -> "special").register();
    lab.locator(new TestLocator().having("special", Jar.driver("special", 1)));
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(attachedTo("special", device)).isTrue();
  }

  @Test
  void chainOfReferrals_isFollowed() throws Exception {
    lab.start();
    TestLocator locator = new TestLocator().naming("d0");
    for (int i = 0; i < 5; i++) {
      locator.having(
          "d" + i, Jar.driver("d" + i, 5).header(ProbeActivator.REFERRAL, "d" + (i + 1)));
    }
    locator.having("d5", Jar.driver("d5", 1));
    lab.locator(locator);
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(attachedTo("d5", device)).isTrue();
  }

  @Test
  void endlessChainOfReferrals_ends() throws Exception {
    lab.start();
    TestLocator locator = new TestLocator().naming("d0");
    for (int i = 0; i < 200; i++) {
      locator.having(
          "d" + i, Jar.driver("d" + i, 5).header(ProbeActivator.REFERRAL, "d" + (i + 1)));
    }
    lab.locator(locator);
    TestDevice model = new TestDevice();
    lab.device(model);
    lab.settle();
    model.awaitOrphaned();
    assertThat(locator.asked).hasSizeLessThan(150);
  }

  @Test
  void referralToNobody_leavesTheDeviceToTheNext() throws Exception {
    lab.start();
    lab.driver("a").match(3).attach(device -> "unknown").register();
    lab.driver("b").match(2).attach(device -> "").register();
    TestDriver next = lab.driver("next");
    next.register();
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(next.has(device)).isTrue();
  }

  // ---- K ---------------------------------------------------------------------------------------

  @Test
  void idleDriverOfALocator_isRemovedLater() throws Exception {
    lab.idleDriverRemoval(Duration.ofMillis(50)).start();
    TestLocator locator =
        new TestLocator()
            .naming("used", "unused")
            .having("used", Jar.driver("used", 2))
            .having("unused", Jar.driver("unused", 1));
    lab.locator(locator);
    ServiceRegistration<Device> device = lab.device(new TestDevice(), "n", 1);
    lab.settle();
    Lab.eventually("the removal of what is idle", () -> lab.loaded("unused") == null);
    assertThat(attachedTo("used", device.getReference())).isTrue();
    lab.settle();
    assertThat(locator.asked).containsExactly("used", "unused");

    device.unregister();
    Lab.eventually("the removal of what became idle", () -> lab.loaded("used") == null);
  }

  @Test
  void idleDriver_isKeptWithoutTheSetting() throws Exception {
    lab.start();
    lab.locator(new TestLocator().naming("unused").having("unused", Jar.driver("unused", 0)));
    lab.device();
    lab.settle();
    assertThat(lab.loaded("unused").getState()).isEqualTo(Bundle.ACTIVE);
  }

  @Test
  void idleDriverOfAFormerLife_isRemovedToo() throws Exception {
    lab.idleDriverRemoval(Lab.FOREVER).start();
    lab.locator(new TestLocator().naming("old").having("old", Jar.driver("old", 0)));
    lab.device();
    lab.settle();
    assertThat(lab.loaded("old")).isNotNull();
    lab.idleDriverRemoval(Duration.ofMillis(50)).reopen();
    Lab.eventually("its removal", () -> lab.loaded("old") == null);
  }

  @Test
  void idleDriverThatNoLocatorBrought_isNotRemoved() throws Exception {
    lab.idleDriverRemoval(Duration.ofMillis(20)).start();
    Bundle mine = lab.system().installBundle("by.hand", Jar.driver("by.hand", 0).stream());
    mine.start();
    lab.locator(new TestLocator().naming("unused").having("unused", Jar.driver("unused", 0)));
    lab.device();
    lab.settle();
    Lab.eventually("the other's removal", () -> lab.loaded("unused") == null);
    assertThat(mine.getState()).isEqualTo(Bundle.ACTIVE);
  }

  private ServiceReference<Device> plugged() {
    try {
      return lab.device();
    } catch (org.osgi.framework.BundleException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private List<Path> spooled() throws IOException {
    Path folder = lab.system().getDataFile("on-demand").toPath();
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  private static int throwing(Throwable what) throws IOException {
    if (what instanceof IOException io) {
      throw io;
    }
    throw (Error) what;
  }

  /** What a hostile locator finds. */
  @FunctionalInterface
  private interface Finding {
    String[] in(java.util.Dictionary<String, Object> properties) throws Exception;
  }

  /** Names what it likes and loads nothing. */
  private record Hostile(Finding finding) implements DriverLocator {

    @Override
    @SuppressWarnings("unchecked")
    public String[] findDrivers(@SuppressWarnings("rawtypes") java.util.Dictionary properties) {
      try {
        return finding.in(properties);
      } catch (RuntimeException asTold) {
        throw asTold;
      } catch (Exception other) {
        throw new IllegalStateException(other);
      }
    }

    @Override
    public InputStream loadDriver(String id) {
      return null;
    }
  }

  /** An exception that throws when somebody wants to know what it is. */
  static final class Unspeakable extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      throw new IllegalStateException("twice");
    }

    @Override
    public String toString() {
      throw new IllegalStateException("twice");
    }
  }

  /** A byte of a hostile stream. */
  @FunctionalInterface
  private interface HostileByte {
    int next() throws IOException;
  }

  /** A stream of hostile bytes. */
  private static final class HostileStream extends InputStream {
    private final HostileByte bytes;
    private final int atOnce;

    HostileStream(HostileByte bytes) {
      this(bytes, Integer.MAX_VALUE);
    }

    HostileStream(HostileByte bytes, int atOnce) {
      this.bytes = bytes;
      this.atOnce = atOnce;
    }

    @Override
    public int read() throws IOException {
      return bytes.next();
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
      return super.read(target, from, Math.min(length, atOnce));
    }
  }
}
