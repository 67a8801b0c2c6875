package org.bulkhead.framework.internal.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.device.Device;
import org.osgi.service.device.Driver;

/** How an update keeps its devices: they wait for their driver before another may have them. */
class UpdateWaitTest {

  @RegisterExtension private final Lab lab = new Lab();

  @Test
  void driverThatIsBackWithinTheWait_hasItsDevicesAgain() throws Exception {
    lab.updateWait(Lab.FOREVER).start();
    TestDriver old = lab.driver("updated");
    ServiceRegistration<Driver> registration = old.register();
    List<ServiceReference<Device>> devices = List.of(lab.device(), lab.device());
    lab.settle();
    TestDriver rival = lab.driver("rival").match(100);
    rival.register();

    registration.unregister();
    devices.forEach(old.bundle::ungetService);
    lab.settle();
    lab.driver("trigger").match(0).register();
    lab.settle();
    assertThat(rival.attached).isEmpty();

    TestDriver updated = lab.driver("updated");
    updated.register();
    lab.settle();
    assertThat(devices).allMatch(updated::has);
    assertThat(rival.attached).isEmpty();
  }

  @Test
  void updateWithAnotherIdFromTheSameBundle_hasItsDevicesAgain() throws Exception {
    lab.updateWait(Lab.FOREVER).start();
    TestDriver old = lab.driver("driver-1.0");
    ServiceRegistration<Driver> registration = old.register();
    ServiceReference<Device> device = lab.device();
    lab.settle();
    registration.unregister();
    old.bundle.ungetService(device);
    TestDriver rival = lab.driver("rival").match(100);
    rival.register();

    TestDriver updated = new TestDriver("driver-1.1", old.bundle);
    updated.register();

    lab.settle();
    assertThat(updated.has(device)).isTrue();
    assertThat(rival.attached).isEmpty();
  }

  /**
   * A driver has what is there and goes.
   *
   * @return the other one, which would have it next
   */
  private TestDriver driverGoesBesideAnother(String name) throws Exception {
    ServiceRegistration<Driver> registration = lab.driver(name).match(2).register();
    TestDriver next = lab.driver("next");
    next.register();
    lab.settle();
    registration.unregister();
    return next;
  }

  @Test
  void driverThatStaysAway_losesItsDevicesWhenTheWaitIsOver() throws Exception {
    lab.updateWait(Duration.ofMillis(20)).start();
    ServiceReference<Device> device = lab.device();
    TestDriver next = driverGoesBesideAnother("gone");
    Lab.eventually("the next driver", () -> next.has(device));
  }

  @Test
  void noWait_givesDevicesAwayAtOnce() throws Exception {
    lab.updateWait(Duration.ZERO).start();
    ServiceReference<Device> device = lab.device();
    TestDriver next = driverGoesBesideAnother("gone");
    Lab.eventually("the next driver", () -> next.has(device));
  }

  @Test
  void deviceThatIsNotWaitedFor_isAttachedMeanwhile() throws Exception {
    lab.updateWait(Lab.FOREVER).start();
    lab.device();
    TestDriver next = driverGoesBesideAnother("gone");
    ServiceReference<Device> fresh = lab.device();
    lab.settle();
    assertThat(next.has(fresh)).isTrue();
  }

  @Test
  void updatedDriverThatDeclines_leavesItsDeviceToAnotherAfterTheWait() throws Exception {
    // Long enough for a busy machine to register the update within it.
    lab.updateWait(Duration.ofSeconds(2)).start();
    ServiceReference<Device> device = lab.device();
    TestDriver next = driverGoesBesideAnother("updated");
    TestDriver updated = lab.driver("updated").match(0);
    updated.register();
    Lab.eventually("the next driver", () -> next.has(device));
    assertThat(updated.matched).hasPositiveValue();
  }

  @Test
  void devicesOfAFormerManager_waitToo() throws Exception {
    lab.updateWait(Lab.FOREVER).start();
    TestDriver old = lab.driver("updated");
    ServiceRegistration<Driver> registration = old.register();
    ServiceReference<Device> device = lab.device();
    lab.settle();
    lab.reopen();
    lab.settle();
    assertThat(old.attachCalls).hasValue(1);
    TestDriver rival = lab.driver("rival").match(100);
    rival.register();
    registration.unregister();
    lab.settle();
    assertThat(rival.attached).isEmpty();
    TestDriver updated = lab.driver("updated");
    updated.register();
    lab.settle();
    assertThat(updated.has(device)).isTrue();
  }

  @Test
  void stoppedBundle_isWaitedForLikeAnUnregisteredDriver() throws Exception {
    lab.updateWait(Lab.FOREVER).start();
    TestDriver old = lab.driver("updated");
    old.register();
    ServiceReference<Device> device = lab.device();
    TestDriver rival = lab.driver("rival");
    rival.register();
    lab.settle();
    Bundle bundle = old.bundle.getBundle();
    bundle.stop();
    lab.settle();
    assertThat(rival.attached).isEmpty();
    bundle.start();
    TestDriver again = new TestDriver("updated", bundle.getBundleContext());
    again.register();
    lab.settle();
    assertThat(again.has(device)).isTrue();
  }
}
