package org.bulkhead.framework.internal;

import org.bulkhead.framework.internal.compartment.Budget;
import org.bulkhead.framework.internal.compartment.Limits;
import org.bulkhead.framework.internal.compartment.Sustained;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The numbers that supervision goes by. */
@ObjectClassDefinition(
    name = "Bulkhead supervision",
    description = "Deadlines, restarts and what may be planted")
public @interface GatewayConfig {

  /** See {@link Limits#call()}. */
  @AttributeDefinition(description = "How long a driver may go without progress in a call, in ms")
  int callDeadlineMillis() default 5_000;

  /** See {@link Limits#attach()}. */
  @AttributeDefinition(description = "The same while it attaches, in ms")
  int attachDeadlineMillis() default 30_000;

  /** See {@link Limits#detach()}. */
  @AttributeDefinition(description = "How long a driver may take to end in good order, in ms")
  int detachDeadlineMillis() default 1_000;

  /** See {@link Limits#intensity()}. */
  @AttributeDefinition(
      description = "Faults within the period that are followed by a restart; one more quarantines")
  int restartIntensity() default 5;

  /** See {@link Limits#period()}. */
  @AttributeDefinition(description = "The period of the restart intensity, in s")
  int restartPeriodSeconds() default 60;

  /** See {@link Limits#backoff()}. */
  @AttributeDefinition(
      description = "The pause before the first restart, in ms; doubled with each further fault")
  int backoffMillis() default 50;

  /** See {@link Limits#backoffMax()}. */
  @AttributeDefinition(description = "The longest pause before a restart, in ms")
  int backoffMaxMillis() default 5_000;

  /** See {@link Limits#stable()}. */
  @AttributeDefinition(
      description = "After how long without a fault the faults before are forgotten, in s")
  int stableSeconds() default 30;

  /** See {@link Limits#ladder()}. */
  @AttributeDefinition(
      description =
          "What is done about one fault after another: restart, clear-halts, reset, cycle-port")
  String ladder() default "restart, restart, clear-halts, reset, cycle-port";

  /** See {@link Budget#allocatedBytes()}. */
  @AttributeDefinition(description = "Memory that one call may allocate, in MiB; 0: any")
  int allocationMebibytes() default 256;

  /** See {@link Budget#cpu()}. */
  @AttributeDefinition(description = "Processor time that one call may take, in ms; 0: any")
  int cpuMillis() default 10_000;

  /** See {@link Budget#errorsPerSecond()}. */
  @AttributeDefinition(description = "Failed transfers in a second that are borne; 0: any")
  int errorsPerSecond() default 500;

  /** See {@link Sustained#window()}. */
  @AttributeDefinition(description = "Over what time the two budgets below are added up, in s")
  int budgetSeconds() default 60;

  /** See {@link Sustained#cpuPercent()}. */
  @AttributeDefinition(
      description =
          "Percent of one processor that all calls of more than 5 ms may take together; 0: any")
  int cpuPercent() default 90;

  /** See {@link Sustained#allocatedPerSecond()}. */
  @AttributeDefinition(
      description = "Memory that all calls together may allocate in a second, in MiB; 0: any")
  int allocationMebibytesPerSecond() default 2_048;

  /** How long a new version of a driver is on probation. */
  @AttributeDefinition(
      description =
          "How long a fault of a driver's new version brings the old one back, in s; 0: never")
  int probationSeconds() default 60;

  /** How many calls a new version of a driver has to live through. */
  @AttributeDefinition(
      description = "How many calls a new version has to serve in that time, or after it; 0: none")
  int probationCalls() default 100;

  /** See {@link Limits#updateWait()}. */
  @AttributeDefinition(description = "How long a device waits for its driver to be replaced, in ms")
  int updateWaitMillis() default 5_000;

  /** How long a standard driver, locator or selector that is not ours may take. */
  @AttributeDefinition(
      description = "How long a standard driver, locator or selector may take, in ms")
  int accessDeadlineMillis() default 10_000;

  /** After how long idle a driver that was installed on demand is removed. */
  @AttributeDefinition(
      description = "After how long idle a driver installed on demand is removed, in s; 0: never")
  int idleDriverSeconds() default 0;

  /** How long an application's call waits for a device that is away or being restarted. */
  @AttributeDefinition(
      description = "How long an application's call waits for a device that is away, in ms")
  int sessionPatienceMillis() default 30_000;

  /** See {@link org.bulkhead.device.input.KeyboardLayout#names}. */
  @AttributeDefinition(description = "The layout by which keyboards type text: us or de")
  String keyboardLayout() default "us";

  /** See {@link org.bulkhead.framework.internal.models.ModelFile#of}. */
  @AttributeDefinition(
      description =
          "The file that says which driver drives which model, below the gateway's folder unless"
              + " it is absolute; empty for none")
  String models() default "etc/models.list";

  /** See {@link org.bulkhead.framework.internal.names.UsbIds#of}. */
  @AttributeDefinition(
      description =
          "The public USB ID list that names come from; empty: where distributions put it; none")
  String usbIds() default "";

  /** Whether the classes of driver bundles are woven as they load. */
  @AttributeDefinition(
      description =
          "Whether drivers are woven as they load, so that their loops can be ended and what no "
              + "driver may call is refused")
  boolean weaving() default true;

  /** How many reports one driver on one device may write within an hour. */
  @AttributeDefinition(
      description =
          "How many crash reports one driver on one device may write within an hour; 0: none")
  int crashReportsPerHour() default 20;

  /** What all reports may take. */
  @AttributeDefinition(description = "What all crash reports may take on the disk, in MiB")
  int crashReportsMebibytes() default 64;

  /** How long a report is kept. */
  @AttributeDefinition(description = "How long a crash report is kept, in days")
  int crashReportsDays() default 30;

  /** Whether {@code fault:inject} works. */
  @AttributeDefinition(description = "Whether faults may be planted with fault:inject")
  boolean faultInjection() default false;
}
