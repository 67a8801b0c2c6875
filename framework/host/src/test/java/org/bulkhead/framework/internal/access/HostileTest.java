package org.bulkhead.framework.internal.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.bulkhead.framework.internal.access.OnDemandTest.Unspeakable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.device.Device;
import org.osgi.service.device.Driver;
import org.osgi.service.device.DriverSelector;

/** Drivers, selectors and devices that throw, hang, lie, come and go, and what others notice. */
class HostileTest {

  /** What is waited for in vain; those who do nothing wrong have it, too, on a busy machine. */
  private static final Duration SHORT = Duration.ofSeconds(1);

  @RegisterExtension private final Lab lab = new Lab();

  private static <T> TestDriver.Answer<T> throwing(Throwable what) {
    return device -> {
      if (what instanceof Exception exception) {
        throw exception;
      }
      throw (Error) what;
    };
  }

  private <T> TestDriver.Answer<T> hanging() {
    return device -> {
      lab.hang();
      return null;
    };
  }

  // ---- drivers ---------------------------------------------------------------------------------

  @Test
  void driversThatThrowInMatch_doNotMatch() throws Exception {
    lab.start();
    lab.driver("exception").match(throwing(new Exception("hostile"))).register();
    lab.driver("error").match(throwing(new LinkageError("hostile"))).register();
    lab.driver("unspeakable").match(throwing(new Unspeakable())).register();
    lab.driver("overflow").match(throwing(new StackOverflowError())).register();
    TestDriver good = lab.driver("good");
    good.register();
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(good.has(device)).isTrue();
  }

  @Test
  void exceptionOfMatch_isNotRemembered() throws Exception {
    lab.start();
    TestDriver moody = lab.driver("moody");
    moody.match(
        device -> {
          if (moody.matched.get() == 1) {
            throw new IllegalStateException("not now");
          }
          return 1;
        });
    moody.register();
    lab.device();
    lab.settle();
    ServiceReference<Device> second = lab.device();
    lab.settle();
    assertThat(moody.has(second)).isTrue();
  }

  @Test
  void driversThatThrowInAttach_leaveTheDeviceToTheNext() throws Exception {
    lab.start();
    TestDriver exception = lab.driver("exception").match(9).attach(throwing(new Exception("x")));
    exception.register();
    lab.driver("error").match(8).attach(throwing(new AssertionError("x"))).register();
    lab.driver("unspeakable").match(7).attach(throwing(new Unspeakable())).register();
    TestDriver good = lab.driver("good");
    good.register();
    lab.settle();
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(good.has(device)).isTrue();
    assertThat(exception.attachCalls).hasValue(1);
  }

  @Test
  void driverThatHangsInMatch_isNotAskedForEver() throws Exception {
    lab.deadline(SHORT).start();
    TestDriver hanging = lab.driver("hanging").match(hanging());
    ServiceRegistration<Driver> registration = hanging.register();
    TestDriver good = lab.driver("good");
    good.register();
    List<ServiceReference<Device>> devices = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      devices.add(lab.device());
    }
    lab.settle();
    assertThat(devices).allMatch(good::has);
    assertThat(hanging.matched).hasValue(ThirdParty.MAX_TIMEOUTS);

    registration.unregister();
    TestDriver again = new TestDriver("hanging", hanging.bundle).match(9);
    again.register();
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(again.has(device)).isTrue();
  }

  @Test
  void driverThatHangsInAttach_losesTheDeviceWithItsRestart() throws Exception {
    lab.deadline(SHORT).start();
    TestDriver hanging = lab.driver("hanging").match(9);
    hanging.attach(
        device -> {
          hanging.use(device);
          lab.hang();
          return null;
        });
    hanging.register();
    Bundle bundle = hanging.bundle.getBundle();
    TestDriver good = lab.driver("good");
    good.register();
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(good.has(device)).isTrue();
    assertThat(bundle.getState()).isEqualTo(Bundle.ACTIVE);
    assertThat(device.getUsingBundles()).containsExactly(good.bundle.getBundle());
  }

  @Test
  void driverThatGoesOnHangingInAttach_isStopped() throws Exception {
    lab.deadline(SHORT).start();
    TestDriver first = lab.driver("hanging").attach(hanging());
    Bundle bundle = first.bundle.getBundle();
    first.register();
    for (int i = 0; i <= HungDrivers.MAX_RESTARTS; i++) {
      lab.device();
      lab.settle();
      if (i < HungDrivers.MAX_RESTARTS) {
        assertThat(bundle.getState()).isEqualTo(Bundle.ACTIVE);
        new TestDriver("hanging", bundle.getBundleContext()).attach(hanging()).register();
        lab.settle();
      }
    }
    assertThat(bundle.getState()).isEqualTo(Bundle.RESOLVED);
    assertThat(lab.log()).anyMatch(line -> line.contains("start it to try again"));
  }

  @Test
  void driverThatUnregistersInMatch_isNotAttached() throws Exception {
    lab.start();
    TestDriver leaving = lab.driver("leaving");
    ServiceRegistration<?>[] self = new ServiceRegistration<?>[1];
    leaving.match(
        device -> {
          self[0].unregister();
          return 9;
        });
    self[0] = leaving.register();
    TestDriver good = lab.driver("good");
    good.register();
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(good.has(device)).isTrue();
    assertThat(leaving.attachCalls).hasValue(0);
  }

  @Test
  void driverThatUnregistersInAttach_leavesTheDeviceToTheNext() throws Exception {
    lab.start();
    TestDriver leaving = lab.driver("leaving").match(9);
    ServiceRegistration<?>[] self = new ServiceRegistration<?>[1];
    leaving.attach(
        device -> {
          self[0].unregister();
          return null;
        });
    self[0] = leaving.register();
    TestDriver good = lab.driver("good");
    good.register();
    ServiceReference<Device> device = lab.device();
    Lab.eventually("the next driver", () -> good.has(device));
  }

  @Test
  void driverThatChangesWheneverItIsAsked_keepsNobodyWaiting() throws Exception {
    lab.start();
    TestDriver restless = lab.driver("restless");
    ServiceRegistration<?>[] self = new ServiceRegistration<?>[1];
    restless.match(
        device -> {
          self[0].setProperties(Lab.table("DRIVER_ID", "restless" + restless.matched.get()));
          return 0;
        });
    self[0] = restless.register();
    lab.device(new TestDevice(), "idle", "for ever");
    Lab.eventually("it being asked", () -> restless.matched.get() > 2);
    TestDriver good = lab.driver("good").match(d -> d.getProperty("idle") == null ? 1 : 0);
    good.register();
    ServiceReference<Device> device = lab.device();
    Lab.eventually("the other device", () -> good.has(device));
  }

  @Test
  void driverThatComesAnewWheneverItIsAsked_keepsNobodyWaiting() throws Exception {
    lab.start();
    TestDriver phoenix = lab.driver("phoenix");
    ServiceRegistration<?>[] self = new ServiceRegistration<?>[1];
    phoenix.match(
        device -> {
          self[0].unregister();
          self[0] = phoenix.register();
          return 0;
        });
    self[0] = phoenix.register();
    lab.device(new TestDevice(), "idle", "for ever");
    Lab.eventually("it being asked", () -> phoenix.matched.get() > 2);
    TestDriver good = lab.driver("good").match(d -> d.getProperty("idle") == null ? 1 : 0);
    good.register();
    ServiceReference<Device> device = lab.device();
    Lab.eventually("the other device", () -> good.has(device));
  }

  @Test
  void driverWhoseIdChanges_isWaitedForUnderTheNewOne() throws Exception {
    lab.updateWait(Lab.FOREVER).start();
    TestDriver driver = lab.driver("a");
    ServiceRegistration<Driver> registration = driver.register();
    ServiceReference<Device> device = lab.device();
    TestDriver rival = lab.driver("rival");
    rival.register();
    lab.settle();
    registration.setProperties(Lab.table("DRIVER_ID", "b"));
    lab.settle();
    registration.unregister();
    driver.bundle.ungetService(device);
    lab.settle();
    assertThat(rival.attached).isEmpty();
    TestDriver back = lab.driver("b");
    back.register();
    lab.settle();
    assertThat(back.has(device)).isTrue();
  }

  @Test
  void factoriesThatHangOrThrow_areHeldOff() throws Exception {
    lab.deadline(SHORT).start();
    ServiceFactory<Driver> hanging = factory(lab::hang);
    ServiceFactory<Driver> throwing =
        factory(
            () -> {
              throw new IllegalStateException("hostile");
            });
    lab.bundle().registerService(Driver.class, hanging, Lab.table("DRIVER_ID", "hanging"));
    lab.bundle().registerService(Driver.class, throwing, Lab.table("DRIVER_ID", "throwing"));
    TestDriver good = lab.driver("good");
    good.register();
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(good.has(device)).isTrue();
  }

  private static <S> ServiceFactory<S> factory(Runnable deed) {
    return new ServiceFactory<>() {
      @Override
      public S getService(Bundle bundle, ServiceRegistration<S> registration) {
        deed.run();
        return null;
      }

      @Override
      public void ungetService(Bundle bundle, ServiceRegistration<S> registration, S service) {}
    };
  }

  // ---- selectors -------------------------------------------------------------------------------

  private void bestMatchWinsDespite(DriverSelector selector) throws Exception {
    lab.driver("poor").match(1).register();
    TestDriver best = lab.driver("best").match(2);
    best.register();
    lab.selector(selector);
    ServiceReference<Device> device = lab.device();
    lab.settle();
    assertThat(best.has(device)).isTrue();
  }

  @Test
  void selectorThatThrows_isIgnored() throws Exception {
    lab.start();
    bestMatchWinsDespite(
        (device, matches) -> {
          throw new IllegalStateException("hostile");
        });
  }

  @Test
  void selectorThatThrowsAnError_isIgnored() throws Exception {
    lab.start();
    bestMatchWinsDespite(
        (device, matches) -> {
          throw new NoClassDefFoundError("hostile");
        });
  }

  @Test
  void selectorPastTheEnd_isIgnored() throws Exception {
    lab.start();
    bestMatchWinsDespite((device, matches) -> matches.length);
  }

  @Test
  void selectorBelowNone_isIgnored() throws Exception {
    lab.start();
    bestMatchWinsDespite((device, matches) -> Integer.MIN_VALUE);
  }

  @Test
  void selectorThatEmptiesItsMatches_isIgnored() throws Exception {
    lab.start();
    bestMatchWinsDespite(
        (device, matches) -> {
          java.util.Arrays.fill(matches, null);
          return 99;
        });
  }

  @Test
  void selectorThatUnregistersItself_isHeardOnce() throws Exception {
    lab.start();
    ServiceRegistration<?>[] self = new ServiceRegistration<?>[1];
    TestDriver poor = lab.driver("poor").match(1);
    poor.register();
    TestDriver best = lab.driver("best").match(2);
    best.register();
    self[0] =
        lab.selector(
            (device, matches) -> {
              self[0].unregister();
              return 1;
            });
    ServiceReference<Device> first = lab.device();
    ServiceReference<Device> second = lab.device();
    lab.settle();
    assertThat(poor.has(first)).isTrue();
    assertThat(best.has(second)).isTrue();
  }

  @Test
  void selectorThatHangs_isNotAskedForEver() throws Exception {
    lab.deadline(SHORT).start();
    AtomicInteger asked = new AtomicInteger();
    TestDriver driver = lab.driver("any");
    driver.register();
    lab.selector(
        (device, matches) -> {
          asked.incrementAndGet();
          lab.hang();
          return 0;
        });
    for (int i = 0; i < 20; i++) {
      lab.device();
    }
    lab.settle();
    assertThat(driver.attached).hasSize(20);
    assertThat(asked).hasValue(ThirdParty.MAX_TIMEOUTS);
  }

  // ---- devices ---------------------------------------------------------------------------------

  @Test
  void devicesThatThrowWhenTheyHaveNoDriver_hinderNobody() throws Exception {
    lab.start();
    TestDevice exception =
        new TestDevice(
            () -> {
              throw new IllegalStateException("hostile");
            });
    TestDevice error =
        new TestDevice(
            () -> {
              throw new StackOverflowError();
            });
    TestDevice unspeakable =
        new TestDevice(
            () -> {
              throw new Unspeakable();
            });
    TestDevice good = new TestDevice();
    for (TestDevice each : List.of(exception, error, unspeakable, good)) {
      lab.device(each);
    }
    lab.settle();
    good.awaitOrphaned();
    assertThat(unspeakable.orphaned).hasPositiveValue();
  }

  @Test
  void deviceThatHangsWhenItHasNoDriver_holdsUpNobodyElse() throws Exception {
    lab.start();
    TestDevice hanging = new TestDevice(lab::hang);
    lab.device(hanging);
    hanging.awaitOrphaned();
    TestDevice other = new TestDevice();
    lab.bundle().registerService(Device.class, other, null);
    TestDriver driver = lab.driver("any").match(d -> d.getProperty("mine") == null ? 0 : 1);
    driver.register();
    ServiceReference<Device> device = lab.device(new TestDevice(), "mine", 1).getReference();
    lab.settle();
    assertThat(driver.has(device)).isTrue();
    other.awaitOrphaned();
  }

  @Test
  void deviceThatLeavesDuringMatch_isNotAttachedAndNotTold() throws Exception {
    lab.start();
    TestDevice model = new TestDevice();
    ServiceRegistration<?>[] device = new ServiceRegistration<?>[1];
    TestDriver driver =
        lab.driver("any")
            .match(
                d -> {
                  if (d.getProperty("leaving") != null) {
                    device[0].unregister();
                  }
                  return 1;
                });
    driver.register();
    lab.settle();
    device[0] = lab.device(model);
    lab.settle();
    assertThat(driver.attached).hasSize(1);
    ServiceRegistration<Device> leaving = lab.bus().registerService(Device.class, model, null);
    lab.settle();
    device[0] = leaving;
    assertThat(model.orphaned).hasValue(0);
    device[0] = lab.bus().registerService(Device.class, model, Lab.table("leaving", 1));
    lab.settle();
    assertThat(model.orphaned).hasValue(0);
  }

  @Test
  void deviceThatIsTakenDuringARun_isNotTold() throws Exception {
    lab.start();
    TestDevice model = new TestDevice();
    TestDriver thief = lab.driver("thief").match(0);
    thief.register();
    lab.driver("victim")
        .match(
            device -> {
              thief.use(device);
              return 1;
            })
        .attach(
            device -> {
              throw new IllegalStateException("must not be asked");
            })
        .register();
    lab.settle();
    lab.device(model);
    lab.settle();
    assertThat(model.orphaned).hasValue(0);
    assertThat(lab.log()).noneMatch(line -> line.contains("must not be asked"));
  }

  @Test
  void deviceThatChangesWheneverItHasNoDriver_keepsNobodyWaiting() throws Exception {
    lab.start();
    AtomicInteger changes = new AtomicInteger();
    ServiceRegistration<?>[] self = new ServiceRegistration<?>[1];
    TestDevice restless =
        new TestDevice(
            () -> {
              if (self[0] != null) {
                self[0].setProperties(Lab.table("n", changes.incrementAndGet()));
              }
            });
    self[0] = lab.device(restless);
    lab.driver("none").match(0).register();
    Lab.eventually("it changing", () -> changes.get() > 2);
    TestDriver good = lab.driver("good").match(d -> d.getProperty("mine") == null ? 0 : 1);
    good.register();
    ServiceReference<Device> device = lab.device(new TestDevice(), "mine", 1).getReference();
    Lab.eventually("the other device", () -> good.has(device));
  }

  @Test
  void deviceFactoryThatHangs_holdsUpNobodyElse() throws Exception {
    lab.deadline(SHORT).start();
    ServiceFactory<Device> hanging = factory(lab::hang);
    lab.bundle().registerService(Device.class, hanging, null);
    TestDriver driver = lab.driver("any").match(d -> d.getProperty("mine") == null ? 0 : 1);
    driver.register();
    ServiceReference<Device> device = lab.device(new TestDevice(), "mine", 1).getReference();
    lab.settle();
    assertThat(driver.has(device)).isTrue();
  }

  @Test
  void hundredsOfDevicesAndDrivers_areAllServed() throws Exception {
    lab.start();
    List<TestDriver> drivers = new ArrayList<>();
    List<ServiceReference<Device>> devices = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      int kind = i;
      TestDriver driver =
          lab.driver("d" + i).match(d -> d.getProperty("kind").equals(kind) ? 1 : 0);
      devices.add(lab.device(new TestDevice(), "kind", i).getReference());
      driver.register();
      drivers.add(driver);
    }
    lab.settle();
    for (int i = 0; i < 200; i++) {
      assertThat(drivers.get(i).has(devices.get(i))).isTrue();
    }
  }

  @Test
  void hundredsThatComeAndGo_leaveNothing() throws Exception {
    lab.start();
    TestDriver driver = lab.driver("any");
    driver.register();
    for (int i = 0; i < 300; i++) {
      lab.device(new TestDevice(), "n", i).unregister();
    }
    ServiceReference<Device> last = lab.device();
    lab.settle();
    assertThat(driver.has(last)).isTrue();
    assertThat(last.getUsingBundles()).containsExactly(driver.bundle.getBundle());
  }

  @Test
  void managerThatCloses_endsItsThreads() throws Exception {
    lab.start();
    lab.driver("any").register();
    lab.device();
    lab.settle();
    lab.closeManager();
    Lab.eventually(
        "the end of its threads",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(t -> t.getName().matches("device-manager|device-access")));
  }
}
