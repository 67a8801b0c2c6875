package org.bulkhead.framework.internal;

import org.bulkhead.framework.internal.compartment.Limits;
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
