package org.bulkhead.framework.internal.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.device.Device;
import org.osgi.service.device.Driver;
import org.osgi.service.device.DriverSelector;
import org.osgi.service.device.Match;

/** What Device Access 1.1 says of devices, drivers, triggers and the algorithm. */
class AlgorithmTest {

  @RegisterExtension private final Lab lab = new Lab();

  // ---- devices and drivers --------------------------------------------------------------------

  @Test
  void serviceUnderDevice_isADevice() throws Exception {
    lab.start();
    TestDriver driver = lab.driver("any");
    driver.register();
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(driver.has(device)).isTrue();
  }

  @Test
  void serviceWithCategory_isADeviceWhateverItIs() throws Exception {
    lab.start();
    TestDriver driver = lab.driver("any");
    driver.register();
    ServiceReference<?> thing =
        lab.bus()
            .registerService(
                Runnable.class, () -> {}, Lab.table("DEVICE_CATEGORY", new String[] {"Thing"}))
            .getReference();
    lab.settle();
    assertThat(driver.has(thing)).isTrue();
  }

  @Test
  void serviceWithoutBoth_isNoDevice() throws Exception {
    lab.start();
    TestDriver driver = lab.driver("any");
    driver.register();
    lab.bus().registerService(Runnable.class, () -> {}, Lab.table("DEVICE_SERIAL", "1"));
    lab.settle();
    assertThat(driver.matched).hasValue(0);
  }

  @Test
  void categoryThatComesLater_makesADevice() throws Exception {
    lab.start();
    TestDriver driver = lab.driver("any");
    driver.register();
    ServiceRegistration<Runnable> thing =
        lab.bus().registerService(Runnable.class, () -> {}, Lab.table());
    lab.settle();
    thing.setProperties(Lab.table("DEVICE_CATEGORY", new String[] {"Thing"}));
    lab.settle();
    assertThat(driver.has(thing.getReference())).isTrue();
  }

  @Test
  void categoryThatGoes_leavesTheDriverButIsNoDeviceAnyMore() throws Exception {
    lab.start();
    TestDriver first = lab.driver("first");
    ServiceRegistration<Driver> registration = first.register();
    ServiceRegistration<Runnable> thing =
        lab.bus().registerService(Runnable.class, () -> {}, Lab.table("DEVICE_CATEGORY", "Thing"));
    lab.settle();
    thing.setProperties(Lab.table());
    lab.settle();
    assertThat(first.has(thing.getReference())).isTrue();
    registration.unregister();
    TestDriver second = lab.driver("second");
    second.register();
    lab.settle();
    assertThat(second.matched).hasValue(0);
  }

  @Test
  void changedCategory_asksAgainForAnIdleDevice() throws Exception {
    lab.start();
    TestDriver driver =
        lab.driver("b").match(d -> "B".equals(d.getProperty("DEVICE_CATEGORY")) ? 1 : 0);
    driver.register();
    ServiceRegistration<Device> device = lab.device(new TestDevice(), "DEVICE_CATEGORY", "A");
    lab.settle();
    assertThat(driver.attached).isEmpty();
    device.setProperties(Lab.table("DEVICE_CATEGORY", "B"));
    lab.settle();
    assertThat(driver.has(device.getReference())).isTrue();
  }

  @Test
  void changedCategory_takesNoAttachedDevice() throws Exception {
    lab.start();
    TestDriver a = lab.driver("a");
    a.register();
    ServiceRegistration<Device> device = lab.device(new TestDevice(), "DEVICE_CATEGORY", "A");
    lab.settle();
    TestDriver better = lab.driver("better").match(9);
    better.register();
    device.setProperties(Lab.table("DEVICE_CATEGORY", "B"));
    lab.settle();
    assertThat(a.has(device.getReference())).isTrue();
    assertThat(better.matched).hasValue(0);
  }

  @Test
  void driverWithoutId_isNotAskedUntilItHasOne() throws Exception {
    lab.start();
    TestDriver driver = lab.driver("x");
    ServiceRegistration<Driver> registration =
        driver.bundle.registerService(Driver.class, driver, Lab.table());
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(driver.matched).hasValue(0);
    assertThat(lab.log()).anyMatch(line -> line.contains("has no") && line.contains("DRIVER_ID"));
    registration.setProperties(Lab.table("DRIVER_ID", "org.example.x"));
    lab.settle();
    assertThat(driver.has(device)).isTrue();
  }

  @Test
  void driverWhoseIdIsNoText_isNotAsked() throws Exception {
    lab.start();
    TestDriver number = lab.driver("x");
    number.register("DRIVER_ID", 17);
    TestDriver array = lab.driver("x");
    array.register("DRIVER_ID", new String[] {"x"});
    TestDriver blank = lab.driver("x");
    blank.register("DRIVER_ID", " ");
    lab.device();
    lab.settle();
    assertThat(List.of(number.matched, array.matched, blank.matched))
        .allMatch(matched -> matched.get() == 0);
  }

  @Test
  void serviceThatIsDeviceAndDriver_isBoth() throws Exception {
    class Bridge extends TestDevice implements Driver {
      final List<ServiceReference<?>> seen = new CopyOnWriteArrayList<>();

      @Override
      public int match(ServiceReference<?> device) {
        seen.add(device);
        return 0;
      }

      @Override
      public String attach(ServiceReference<?> device) {
        return null;
      }
    }

    lab.start();
    Bridge bridge = new Bridge();
    ServiceReference<?> both =
        lab.bundle()
            .registerService(
                new String[] {Device.class.getName(), Driver.class.getName()},
                bridge,
                Lab.table("DRIVER_ID", "bridge"))
            .getReference();
    TestDriver upper = lab.driver("upper");
    upper.register();
    ServiceReference<Device> lower = lab.device(new TestDevice(), "level", 0).getReference();
    lab.settle();
    assertThat(upper.has(both)).isTrue();
    assertThat(bridge.seen).contains(lower);
  }

  // ---- idle ------------------------------------------------------------------------------------

  @Test
  void userWithoutDriver_leavesADeviceIdle() throws Exception {
    lab.start();
    ServiceReference<Device> device = lab.device();
    lab.bundle().getService(device);
    TestDriver driver = lab.driver("any");
    driver.register();
    lab.settle();
    assertThat(driver.has(device)).isTrue();
  }

  @Test
  void deviceUsedByABundleWithAnyDriver_isNotIdle() throws Exception {
    lab.start();
    TestDriver other = lab.driver("other").match(0);
    other.register();
    ServiceReference<Device> device = lab.device();
    lab.settle();
    other.bundle.getService(device);
    TestDriver driver = lab.driver("any");
    driver.register();
    lab.settle();
    assertThat(driver.matched).hasValue(0);
  }

  @Test
  void attachedDevice_isNeverStolen() throws Exception {
    lab.start();
    TestDriver poor = lab.driver("poor");
    poor.register();
    ServiceReference<Device> device = lab.device();
    lab.settle();
    TestDriver good = lab.driver("good").match(100);
    good.register("service.ranking", 100);
    lab.settle();
    assertThat(poor.has(device)).isTrue();
    assertThat(good.matched).hasValue(0);
  }

  @Test
  void driverThatSaysAttachedButDoesNotUseIt_leavesItIdle() throws Exception {
    lab.start();
    TestDriver idler = lab.driver("idler").attach(device -> null);
    idler.register();
    TestDevice model = new TestDevice();
    ServiceReference<Device> device = lab.device(model).getReference();
    lab.settle();
    assertThat(model.orphaned).hasValue(0);
    TestDriver worker = lab.driver("worker").match(2);
    worker.register();
    lab.settle();
    assertThat(worker.has(device)).isTrue();
  }

  // ---- when it runs ----------------------------------------------------------------------------

  @Test
  void nothingIsAttached_beforeTheFrameworkHasStarted() throws Exception {
    lab.open();
    AtomicInteger matches = new AtomicInteger();
    Driver early =
        new Driver() {
          @Override
          public int match(ServiceReference<?> device) {
            return matches.incrementAndGet();
          }

          @Override
          public String attach(ServiceReference<?> device) {
            lab.system().getService(device);
            return null;
          }
        };
    lab.system().registerService(Driver.class, early, Lab.table("DRIVER_ID", "early"));
    TestDevice model = new TestDevice();
    lab.system().registerService(Device.class, model, null);
    boolean quiet = lab.manager().awaitQuiet(System.nanoTime() + 100_000_000);
    assertThat(quiet).isFalse();
    assertThat(matches).hasValue(0);
    lab.start();
    lab.settle();
    assertThat(matches).hasValue(1);
    assertThat(model.orphaned).hasValue(0);
  }

  @Test
  void devicesAndDriversBeforeTheManager_areSeen() throws Exception {
    lab.start();
    lab.closeManager();
    TestDriver driver = lab.driver("any");
    driver.register();
    ServiceReference<Device> device = lab.device();
    lab.open();
    lab.settle();
    assertThat(driver.has(device)).isTrue();
  }

  @Test
  void newDriver_isTriedOnAllIdleDevices() throws Exception {
    lab.start();
    List<ServiceReference<Device>> devices = List.of(lab.device(), lab.device(), lab.device());
    lab.settle();
    TestDriver driver = lab.driver("late");
    driver.register();
    lab.settle();
    assertThat(devices).allMatch(driver::has);
  }

  @Test
  void driverThatGoes_leavesItsDevicesToAnother() throws Exception {
    lab.start();
    TestDriver best = lab.driver("best").match(2);
    ServiceRegistration<Driver> registration = best.register();
    TestDriver next = lab.driver("next");
    next.register();
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(best.has(device)).isTrue();
    registration.unregister();
    Lab.eventually("the next driver", () -> next.has(device));
  }

  @Test
  void driverThatGoes_causesNoRunForDevicesThatWereIdleBefore() throws Exception {
    lab.start();
    TestDriver gone = lab.driver("gone").match(0);
    ServiceRegistration<Driver> registration = gone.register();
    TestDriver stays = lab.driver("stays").match(0);
    stays.register();
    lab.device();
    lab.settle();
    int before = stays.matched.get();
    registration.unregister();
    lab.settle();
    assertThat(stays.matched).hasValue(before);
  }

  @Test
  void driverThatAppearsDuringARun_isTriedAfterwards() throws Exception {
    lab.start();
    TestDriver late = lab.driver("late");
    AtomicReference<ServiceRegistration<Driver>> registered = new AtomicReference<>();
    lab.driver("host")
        .match(
            device -> {
              if (registered.get() == null) {
                registered.set(late.register());
              }
              return 0;
            })
        .register();
    ServiceReference<Device> device = lab.device();
    lab.settle();
    lab.settle();
    assertThat(late.has(device)).isTrue();
  }

  @Test
  void runs_areOneAtATime() throws Exception {
    lab.start();
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    TestDriver driver = lab.driver("any");
    driver
        .match(
            device -> {
              most.accumulateAndGet(inside.incrementAndGet(), Math::max);
              Thread.yield();
              inside.decrementAndGet();
              return 1;
            })
        .register();
    Thread[] plugging = new Thread[2];
    for (int i = 0; i < plugging.length; i++) {
      plugging[i] =
          new Thread(
              () -> {
                for (int n = 0; n < 50; n++) {
                  lab.system().registerService(Device.class, new TestDevice(), null);
                }
              });
      plugging[i].start();
    }
    for (Thread thread : plugging) {
      thread.join();
    }
    lab.settle();
    assertThat(driver.attached).hasSize(100).doesNotHaveDuplicates();
    assertThat(most).hasValue(1);
  }

  // ---- C to I ----------------------------------------------------------------------------------

  @Test
  void matchOfNone_isNoMatch() throws Exception {
    lab.start();
    TestDriver none = lab.driver("none").match(Device.MATCH_NONE);
    none.register();
    TestDriver negative = lab.driver("negative").match(-7);
    negative.register();
    TestDevice model = new TestDevice();
    lab.device(model);
    lab.settle();
    model.awaitOrphaned();
    assertThat(none.attachCalls).hasValue(0);
    assertThat(negative.attachCalls).hasValue(0);
  }

  @Test
  void highestMatch_wins() throws Exception {
    lab.start();
    lab.driver("low").match(1).register("service.ranking", 1000);
    TestDriver high = lab.driver("high").match(Integer.MAX_VALUE);
    high.register();
    lab.driver("middle").match(255).register();
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(high.has(device)).isTrue();
  }

  @Test
  void ofEqualMatches_theHighestRankingWins() throws Exception {
    lab.start();
    lab.driver("a").register("service.ranking", 1);
    TestDriver ranked = lab.driver("b");
    ranked.register("service.ranking", 2);
    lab.driver("c").register("service.ranking", -3);
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(ranked.has(device)).isTrue();
  }

  @Test
  void ofEqualRankings_theLowestServiceIdWins() throws Exception {
    lab.start();
    TestDriver first = lab.driver("z");
    first.register();
    lab.driver("a").register();
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(first.has(device)).isTrue();
  }

  @Test
  void selector_decides() throws Exception {
    lab.start();
    TestDriver poor = lab.driver("poor").match(1);
    ServiceRegistration<Driver> wanted = poor.register();
    lab.driver("good").match(9).register();
    lab.driver("none").match(0).register();
    List<Integer> offered = new CopyOnWriteArrayList<>();
    lab.selector(
        (device, matches) -> {
          int index = -1;
          for (int i = 0; i < matches.length; i++) {
            offered.add(matches[i].getMatchValue());
            if (matches[i].getDriver().equals(wanted.getReference())) {
              index = i;
            }
          }
          return index;
        });
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(poor.has(device)).isTrue();
    assertThat(offered).containsExactlyInAnyOrder(1, 9);
  }

  @Test
  void selectNone_meansNoDriver() throws Exception {
    lab.start();
    TestDriver driver = lab.driver("any");
    driver.register();
    lab.selector((device, matches) -> DriverSelector.SELECT_NONE);
    TestDevice model = new TestDevice();
    lab.device(model);
    lab.settle();
    model.awaitOrphaned();
    assertThat(driver.attachCalls).hasValue(0);
  }

  @Test
  void ofSeveralSelectors_theHighestRankingIsAsked() throws Exception {
    lab.start();
    TestDriver driver = lab.driver("any");
    driver.register();
    lab.selector((device, matches) -> DriverSelector.SELECT_NONE, "service.ranking", 1);
    lab.selector((device, matches) -> 0, "service.ranking", 2);
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(driver.has(device)).isTrue();
  }

  @Test
  void selector_isAskedAnewForEachDevice() throws Exception {
    lab.start();
    lab.driver("any").register();
    AtomicInteger asked = new AtomicInteger();
    lab.selector(
        (device, matches) -> {
          asked.incrementAndGet();
          return 0;
        });
    lab.device();
    lab.device();
    lab.settle();
    assertThat(asked).hasValue(2);
  }

  @Test
  void referringDriver_isExcludedAndTheNextIsMatched() throws Exception {
    lab.start();
    TestDriver other = lab.driver("other").match(1);
    other.register();
    TestDriver referring = lab.driver("referring").match(9).attach(device -> "other");
    referring.register();
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(other.has(device)).isTrue();
    assertThat(referring.attachCalls).hasValue(1);
  }

  @Test
  void driversThatReferToEachOther_endTheRun() throws Exception {
    lab.start();
    TestDriver a = lab.driver("a").match(2).attach(device -> "b");
    a.register();
    TestDriver b = lab.driver("b").attach(device -> "a");
    b.register();
    TestDriver self = lab.driver("self").match(3).attach(device -> "self");
    self.register();
    lab.settle();
    TestDevice model = new TestDevice();
    lab.device(model);
    lab.settle();
    model.awaitOrphaned();
    assertThat(List.of(a.attachCalls, b.attachCalls, self.attachCalls))
        .allMatch(calls -> calls.get() == 1);
  }

  @Test
  void exclusion_endsWithTheRun() throws Exception {
    lab.start();
    TestDriver moody = lab.driver("moody");
    moody.attach(
        device -> {
          if (moody.attachCalls.get() == 1) {
            throw new IllegalStateException("not now");
          }
          return moody.use(device);
        });
    moody.register();
    TestDevice model = new TestDevice();
    ServiceReference<Device> device = lab.device(model).getReference();
    lab.settle();
    assertThat(moody.attached).isEmpty();
    lab.driver("trigger").match(0).register();
    lab.settle();
    assertThat(moody.has(device)).isTrue();
  }

  @Test
  void noDriverFound_isCalledWhenNobodyAttaches() throws Exception {
    lab.start();
    TestDevice model = new TestDevice();
    lab.device(model);
    lab.settle();
    model.awaitOrphaned();
  }

  @Test
  void noDriverFound_isNotCalledWhenSomebodyDid() throws Exception {
    lab.start();
    lab.driver("any").register();
    TestDevice model = new TestDevice();
    lab.device(model);
    lab.settle();
    assertThat(model.orphaned).hasValue(0);
  }

  @Test
  void noDriverFound_isNotCalledOnADeviceOfACategoryOnly() throws Exception {
    lab.start();
    TestDevice model = new TestDevice();
    lab.bus()
        .registerService(Runnable.class, model::noDriverFound, Lab.table("DEVICE_CATEGORY", ""));
    lab.settle();
    TestDevice second = new TestDevice();
    lab.device(second);
    second.awaitOrphaned();
    assertThat(model.orphaned).hasValue(0);
    assertThat(lab.log()).noneMatch(line -> line.contains("noDriverFound"));
  }

  @Test
  void deviceThatRegistersAnotherWhenItHasNoDriver_isOneToo() throws Exception {
    lab.start();
    TestDriver generic =
        lab.driver("generic")
            .match(d -> "Generic".equals(d.getProperty("DEVICE_CATEGORY")) ? 1 : 0);
    generic.register();
    lab.device(
        new TestDevice(
            () ->
                lab.system()
                    .registerService(
                        Device.class, new TestDevice(), Lab.table("DEVICE_CATEGORY", "Generic"))));
    Lab.eventually("the second device's driver", () -> !generic.attached.isEmpty());
  }

  @Test
  void driverThatTakesOneDeviceOnly_getsOneOfTwoThatRace() throws Exception {
    lab.start();
    TestDriver single = lab.driver("single").match(2);
    single.attach(
        device -> {
          if (!single.attached.isEmpty()) {
            throw new IllegalStateException("busy");
          }
          return single.use(device);
        });
    single.register();
    TestDriver rest = lab.driver("rest");
    rest.register();
    Thread[] plugging = new Thread[2];
    for (int i = 0; i < plugging.length; i++) {
      plugging[i] =
          new Thread(() -> lab.system().registerService(Device.class, new TestDevice(), null));
      plugging[i].start();
    }
    for (Thread thread : plugging) {
      thread.join();
    }
    lab.settle();
    assertThat(single.attached).hasSize(1);
    assertThat(rest.attached).hasSize(1).isNotEqualTo(single.attached);
  }

  @Test
  void match_seesTheDriverAndItsValue() throws Exception {
    lab.start();
    ServiceReference<Driver> driver = lab.driver("any").match(42).register().getReference();
    AtomicReference<Match> seen = new AtomicReference<>();
    lab.selector(
        (device, matches) -> {
          seen.set(matches[0]);
          return 0;
        });
    lab.device();
    lab.settle();
    assertThat(seen.get().getDriver()).isEqualTo(driver);
    assertThat(seen.get().getMatchValue()).isEqualTo(42);
  }
}
