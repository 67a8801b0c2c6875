package org.bulkhead.framework.internal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.bulkhead.device.input.KeyboardLayout;
import org.bulkhead.framework.admin.Probation;
import org.bulkhead.framework.admin.Rung;
import org.bulkhead.framework.internal.access.DeviceManager;
import org.bulkhead.framework.internal.compartment.Budget;
import org.bulkhead.framework.internal.compartment.Limits;
import org.bulkhead.framework.internal.compartment.Sustained;
import org.bulkhead.framework.internal.recorder.CrashReports;
import org.osgi.service.log.Logger;

/**
 * What the parts of the framework are told by the configuration. A word that means nothing is
 * logged, and the default used.
 */
record Configured(GatewayConfig config, Logger log) {

  Limits limits() {
    return new Limits(
        Duration.ofMillis(config.callDeadlineMillis()),
        Duration.ofMillis(config.attachDeadlineMillis()),
        Duration.ofMillis(config.detachDeadlineMillis()),
        Limits.DEFAULT.teardown(),
        config.restartIntensity(),
        Duration.ofSeconds(config.restartPeriodSeconds()),
        Duration.ofMillis(config.backoffMillis()),
        Duration.ofMillis(config.backoffMaxMillis()),
        Duration.ofMillis(config.updateWaitMillis()),
        Duration.ofSeconds(config.stableSeconds()),
        ladder(config.ladder()),
        new Budget(
            (long) config.allocationMebibytes() << 20,
            Duration.ofMillis(config.cpuMillis()),
            config.errorsPerSecond(),
            new Sustained(
                Duration.ofSeconds(config.budgetSeconds()),
                config.cpuPercent(),
                (long) config.allocationMebibytesPerSecond() << 20)));
  }

  private List<Rung> ladder(String words) {
    try {
      return DriverSettings.parseLadder(words.split(","));
    } catch (IllegalArgumentException unknown) {
      log.error("ladder: {}; {} is used", unknown.getMessage(), Limits.LADDER);
      return Limits.LADDER;
    }
  }

  Probation probation() {
    return new Probation(Duration.ofSeconds(config.probationSeconds()), config.probationCalls());
  }

  DeviceManager.Settings access() {
    return new DeviceManager.Settings(
        limits().updateWait(),
        Duration.ofMillis(config.accessDeadlineMillis()),
        Duration.ofSeconds(config.idleDriverSeconds()));
  }

  /**
   * Crash reports.
   *
   * @param var the folder of what the gateway writes, null for none
   */
  CrashReports crashes(String var) {
    return var == null
        ? CrashReports.none()
        : new CrashReports(
            Path.of(var, "crash"),
            new CrashReports.Settings(
                config.crashReportsPerHour(),
                (long) config.crashReportsMebibytes() << 20,
                Duration.ofDays(config.crashReportsDays())),
            log);
  }

  KeyboardLayout keyboardLayout() {
    try {
      return KeyboardLayout.named(config.keyboardLayout());
    } catch (IllegalArgumentException unknown) {
      log.error("keyboardLayout: {}; us is used", unknown.getMessage());
      return KeyboardLayout.named("us");
    }
  }
}
