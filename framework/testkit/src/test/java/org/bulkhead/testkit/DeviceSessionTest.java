package org.bulkhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bulkhead.device.driver.UsbDriver.Attachment.NOTHING_TO_DO;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.bulkhead.device.contract.DeviceSession;
import org.bulkhead.device.contract.DeviceSession.Availability;
import org.bulkhead.device.contract.DeviceUnavailableException;
import org.bulkhead.device.driver.DriverContext;
import org.bulkhead.device.driver.Remembered;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.Rung;
import org.bulkhead.framework.admin.RungInfo;
import org.bulkhead.testkit.internal.Await;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an application may ask of a session, and what a driver's lives hand on. */
@Timeout(60)
class DeviceSessionTest {

  private static final Duration BRIEF = Duration.ofMillis(50);

  @Test
  void within_waitsNoLongerThanItsOwnPatience() throws Exception {
    try (DriverBench bench =
        DriverBench.of(Lab.DRIVER).patience(Duration.ofHours(1)).attach(Lab.device())) {
      Lab lab = bench.service(Lab.class);
      Lab brief = DeviceSession.of(lab).within(Lab.class, BRIEF);
      assertThat(brief.<Integer>run(usb -> 7)).isEqualTo(7);
      bench.unplug();
      long begin = System.nanoTime();
      assertThatThrownBy(() -> brief.run(usb -> null))
          .isInstanceOf(DeviceUnavailableException.class)
          .hasMessageContaining("0.0500 s")
          .hasMessageContaining("unplugged");
      assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(BRIEF.toNanos());
      bench.replug();
      assertThat(lab.<Integer>run(usb -> 8)).isEqualTo(8);
      assertThat(brief.<Integer>run(usb -> 9)).isEqualTo(9);
    }
  }

  @Test
  void within_alsoBoundsTheWaitForAnotherCall() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (DriverBench bench = DriverBench.attach(Lab.DRIVER, Lab.device())) {
      Lab lab = bench.service(Lab.class);
      Thread slow =
          new Thread(
              () -> {
                try {
                  lab.run(
                      usb -> {
                        inside.countDown();
                        go.await();
                        return null;
                      });
                } catch (Exception unexpected) {
                  throw new AssertionError(unexpected);
                }
              });
      slow.start();
      inside.await();
      assertThatThrownBy(() -> DeviceSession.of(lab).within(Lab.class, BRIEF).run(usb -> null))
          .isInstanceOf(DeviceUnavailableException.class)
          .hasMessageContaining("busy");
      go.countDown();
      slow.join();
    }
  }

  @Test
  void listener_hearsOfARestart_anUnplug_andAQuarantine_inOrder() throws Exception {
    List<String> heard = new CopyOnWriteArrayList<>();
    try (DriverBench bench = DriverBench.of(Lab.DRIVER).restarts(1).attach(Lab.device())) {
      DeviceSession session = DeviceSession.of(bench.service(Lab.class));
      bench.awaitLife(1);
      assertThat(session.availability()).isEqualTo(Availability.AVAILABLE);
      DeviceSession.Listening listening = session.listen((now, why) -> heard.add(now + " " + why));
      bench.complain("once");
      bench.awaitLife(2).unplug().replug().awaitLife(3);
      bench.complain("twice").awaitLife(4).complain("thrice");
      bench.awaitState(CompartmentState.QUARANTINED);
      Await.until(() -> heard.size() >= 8, () -> "eight changes: " + heard);
      assertThat(session.availability()).isEqualTo(Availability.REFUSED);
      listening.close();
      assertThat(heard.get(0)).isEqualTo("WAITING its driver is being restarted");
      assertThat(heard.get(1)).isEqualTo("AVAILABLE ");
      assertThat(heard.get(2)).contains("WAITING", "unplugged");
      assertThat(heard.get(3)).isEqualTo("AVAILABLE ");
      assertThat(heard.get(heard.size() - 1)).contains("REFUSED", "thrice");
      int told = heard.size();
      bench.release().awaitLife(5);
      bench.service(Lab.class).run(usb -> null);
      assertThat(heard).hasSize(told);
    }
  }

  @Test
  void within_ofAnotherType_isRefused() throws Exception {
    try (DriverBench bench = DriverBench.attach(Lab.DRIVER, Lab.device())) {
      DeviceSession session = DeviceSession.of(bench.service(Lab.class));
      assertThatThrownBy(() -> session.within(Runnable.class, BRIEF))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> session.within(Lab.class, Duration.ofMillis(-1)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> DeviceSession.of("no session"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  // ---- what lives hand on --------------------------------------------------------------------

  private static int recalled(DriverContext context) {
    return context.recalled().map(Remembered::version).orElse(0);
  }

  @Test
  void record_isGivenToTheNextLife_overRestartAndReplug() throws Exception {
    List<Integer> seen = new CopyOnWriteArrayList<>();
    UsbDriver driver =
        context -> {
          seen.add(recalled(context));
          context.remember(context.incarnation(), new byte[Remembered.MAX_BYTES]);
          return NOTHING_TO_DO;
        };
    try (DriverBench bench = DriverBench.attach(driver, Lab.device())) {
      bench.awaitLife(1).restart().awaitLife(2).unplug().replug().awaitLife(3);
      bench.complain("a fault while it served").awaitLife(4);
      assertThat(seen).containsExactly(0, 1, 2, 3);
    }
  }

  @Test
  void record_thatALifeDoesNotSurviveToBeAttachedWith_isForgotten() throws Exception {
    List<Integer> seen = new CopyOnWriteArrayList<>();
    UsbDriver driver =
        context -> {
          seen.add(recalled(context));
          if (recalled(context) != 0) {
            throw new IllegalStateException("cannot read it");
          }
          context.remember(context.incarnation(), new byte[1]);
          return NOTHING_TO_DO;
        };
    try (DriverBench bench = DriverBench.attach(driver, Lab.device())) {
      bench.awaitLife(1).restart().awaitLife(3);
      assertThat(seen).containsExactly(0, 1, 0);
    }
  }

  /** Whether each life found the device as the one before had left it, while it kept records. */
  private static UsbDriver keeper(List<Boolean> untouched) {
    return context -> {
      untouched.add(context.deviceUntouched());
      context.device().claim(0);
      context.remember(1, new byte[1]);
      return NOTHING_TO_DO;
    };
  }

  @Test
  void device_isUntouchedByARestartASwapAndClearedHalts() throws Exception {
    List<Boolean> untouched = new CopyOnWriteArrayList<>();
    try (DriverBench bench =
        DriverBench.of(keeper(untouched))
            .ladder(Rung.RESTART, Rung.CLEAR_HALTS)
            .attach(Lab.device())) {
      bench.awaitLife(1).restart().awaitLife(2);
      bench.complain("once").awaitLife(3).complain("twice").awaitLife(4);
      bench.stopDriver().startDriver().awaitLife(5);
      assertThat(bench.ladder()).extracting(RungInfo::rung).contains(Rung.CLEAR_HALTS);
      assertThat(untouched).containsExactly(false, true, true, true, true);
    }
  }

  @Test
  void device_isTouchedByAReset_aReplug_andByBeingLetGo() throws Exception {
    List<Boolean> untouched = new CopyOnWriteArrayList<>();
    try (DriverBench bench =
        DriverBench.of(keeper(untouched))
            .ladder(Rung.RESET)
            .updateWait(BRIEF)
            .attach(Lab.device())) {
      bench.awaitLife(1).complain("reset it").awaitLife(2);
      bench.unplug().replug().awaitLife(3);
      bench.stopDriver();
      Await.until(() -> bench.port().claims().isEmpty(), () -> "no claims: " + bench);
      bench.startDriver().awaitLife(4);
      assertThat(untouched).containsExactly(false, false, false, false);
    }
  }

  @Test
  void record_thatIsTooLong_isRefused() throws Exception {
    UsbDriver driver =
        context -> {
          assertThatThrownBy(() -> context.remember(1, new byte[Remembered.MAX_BYTES + 1]))
              .hasMessageContaining("4097");
          return NOTHING_TO_DO;
        };
    try (DriverBench bench = DriverBench.attach(driver, Lab.device())) {
      bench.awaitLife(1);
      assertThat(bench.faults()).isEmpty();
    }
  }
}
