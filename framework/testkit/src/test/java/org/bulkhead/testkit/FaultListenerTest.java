package org.bulkhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.FaultInfo;
import org.bulkhead.testkit.internal.Await;
import org.junit.jupiter.api.Test;

/** What listeners for faults are told, and what they cannot do. */
class FaultListenerTest {

  private static void fail(DriverBench bench, int life) throws Exception {
    bench
        .service(Lab.class)
        .run(
            usb -> {
              if (bench.info().incarnation() <= life) {
                throw new LinkageError("life " + bench.info().incarnation());
              }
              return null;
            });
  }

  @Test
  void eachFaultIsTold_inOrder_withWhatWasDone() throws Exception {
    List<FaultInfo> told = new CopyOnWriteArrayList<>();
    try (DriverBench bench = DriverBench.attach(Lab.DRIVER, Lab.device()).onFault(told::add)) {
      fail(bench, 2);
      Await.until(() -> told.size() == 2, () -> "two faults: " + told);
      assertThat(told).isEqualTo(bench.faults());
      assertThat(told.get(0).message()).contains("life 1");
      assertThat(told.get(0).action()).contains("restarted");
    }
  }

  @Test
  void aListenerThatThrowsOrHangs_holdsUpNobody() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    List<FaultInfo> told = new CopyOnWriteArrayList<>();
    try (DriverBench bench = DriverBench.attach(Lab.DRIVER, Lab.device())) {
      bench
          .onFault(
              fault -> {
                throw new AssertionError("a listener's own");
              })
          .onFault(
              fault -> {
                try {
                  never.await();
                } catch (InterruptedException shutdown) {
                  Thread.currentThread().interrupt();
                }
              })
          .onFault(told::add);
      fail(bench, 2);
      bench.awaitLife(3);
      Await.until(() -> told.size() == 2, () -> "two faults: " + told);
      Await.until(
          () -> bench.log().toString().contains("a listener for faults threw"),
          () -> "a line in the log: " + bench.log());
      never.countDown();
    }
  }

  @Test
  void callsAreCounted_overIncarnations_butNotThoseThatEndOne() throws Exception {
    try (DriverBench bench = DriverBench.attach(Lab.DRIVER, Lab.device())) {
      Lab lab = bench.service(Lab.class);
      bench.awaitState(CompartmentState.RUNNING);
      long before = bench.info().calls();
      lab.run(usb -> null);
      assertThat(bench.info().calls()).isEqualTo(before + 1);
      fail(bench, 1);
      bench.awaitLife(2);
      assertThat(bench.info().calls()).isEqualTo(before + 2);
    }
  }
}
