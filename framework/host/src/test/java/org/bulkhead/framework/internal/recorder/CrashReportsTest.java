package org.bulkhead.framework.internal.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.bulkhead.framework.admin.CrashInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.log.Logger;

class CrashReportsTest {

  private static final CrashReports.Settings DEFAULT = CrashReports.Settings.DEFAULT;

  @TempDir Path temp;
  private final List<String> logged = new CopyOnWriteArrayList<>();
  private final Logger log =
      (Logger)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {Logger.class},
              (proxy, method, args) -> {
                logged.add(method.getName() + " " + List.of(args));
                return null;
              });

  private static Crash crash(String location) {
    return new Crash(
        Instant.now(),
        "ft/di",
        "bundle 1.0.0",
        location,
        0,
        1,
        "exception",
        "it threw",
        "stack",
        "RUNNING",
        new Crash.Device(1, 5, 12_000, new byte[0], 1, "", "", "", "sim"),
        new FlightRecorder().recording());
  }

  private CrashReports reports(Path folder, CrashReports.Settings settings) {
    return new CrashReports(folder, settings, log);
  }

  private static void report(CrashReports reports, String location) {
    reports.begin(crash(location)).done("restarted");
  }

  private static void written(CrashReports reports, int count) {
    await().until(() -> reports.list().size() == count);
  }

  @Test
  void report_isWhereItWasSaidToBe() throws Exception {
    try (CrashReports reports = reports(temp.resolve("var/crash"), DEFAULT)) {
      CrashReports.Pending pending = reports.begin(crash("1-2"));
      pending.done("restarted");
      written(reports, 1);
      CrashInfo info = reports.list().get(0);
      assertThat(info.path()).isEqualTo(pending.path()).endsWith("-ft_di-1-2");
      assertThat(info.summary()).isEqualTo("ft/di on 1-2:0, exception: it threw");
      assertThat(Path.of(info.path(), "report.txt"))
          .content()
          .contains("What was done   restarted")
          .contains("stack")
          .contains("report_isWhereItWasSaidToBe");
      assertThat(Path.of(info.path(), "trace.pcapng")).exists();
    }
  }

  @Test
  void twoFaultsWithinAMillisecond_haveTwoReports() {
    try (CrashReports reports = reports(temp, DEFAULT)) {
      Crash crash = crash("1-2");
      reports.begin(crash).done("a");
      reports.begin(crash).done("b");
      written(reports, 2);
    }
  }

  @Test
  void burst_isBoundedForEachCompartment_andTheRestIsCounted() {
    CrashReports.Settings three = new CrashReports.Settings(3, 1 << 20, Duration.ofDays(1));
    try (CrashReports reports = reports(temp, three)) {
      for (int i = 0; i < 50; i++) {
        report(reports, "1-2");
      }
      report(reports, "1-3");
      assertThat(reports.begin(crash("1-2")).path()).isEmpty();
      written(reports, 4);
      assertThat(logged).isEmpty();
    }
  }

  @Test
  void slowDisk_holdsUpNobody_andIsToldOnce() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    CrashReports reports =
        new CrashReports(
            new CrashFolder(temp, DEFAULT),
            new CrashReports.Settings(1000, 1, Duration.ofDays(1)),
            log,
            (name, files) -> {
              try {
                stuck.await();
              } catch (InterruptedException closed) {
                throw new IOException(closed);
              }
            });
    // Would not return before its time-out if it waited for the disk.
    for (int i = 0; i < 200; i++) {
      report(reports, "1-2");
    }
    assertThat(logged).hasSize(1);
    assertThat(logged.get(0)).startsWith("error").contains("too slow");
    stuck.countDown();
    reports.close();
  }

  @Test
  void diskThatTakesNothing_isToldOnce() throws Exception {
    Path file = Files.createFile(temp.resolve("file"));
    try (CrashReports reports = reports(file.resolve("crash"), DEFAULT)) {
      for (int i = 0; i < 5; i++) {
        report(reports, "1-2");
      }
    }
    assertThat(logged).hasSize(1);
    assertThat(logged.get(0)).contains("no reports of faults in").contains("file");
  }

  @Test
  void oldOnesGo_byAgeAndBySize_andNothingElseDoes() throws Exception {
    Path old = Files.createDirectories(temp.resolve("20200102T030405.678Z-x-1"));
    Files.createFile(old.resolve("report.txt"));
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(31))));
    Path big = Files.createDirectories(temp.resolve("20990102T030405.678Z-x-1"));
    Path theirs = Files.createFile(temp.resolve("hs_err_pid1.log"));
    try (CrashReports reports = reports(temp, DEFAULT)) {
      report(reports, "1-2");
      await().until(() -> !Files.exists(old));
      written(reports, 2);
    }
    Files.write(big.resolve("trace.pcapng"), new byte[2000]);
    CrashReports.Settings small = new CrashReports.Settings(20, 1000, Duration.ofDays(30));
    try (CrashReports reports = reports(temp, small)) {
      report(reports, "1-2");
      // The newest is kept whatever its size; here the one of the year 2099.
      written(reports, 1);
    }
    assertThat(big).exists();
    assertThat(theirs).exists();
  }
}
