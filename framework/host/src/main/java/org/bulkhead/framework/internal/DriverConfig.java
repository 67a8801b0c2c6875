package org.bulkhead.framework.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * What one driver is supervised by, in {@code etc/org.bulkhead.framework.driver-<name>.cfg}. What
 * is not said is the gateway's own, see {@link GatewayConfig}.
 */
@ObjectClassDefinition(
    name = "Bulkhead supervision of one driver",
    description = "One file for each driver: org.bulkhead.framework.driver-<driver>.cfg")
@interface DriverConfig {

  /** See {@link GatewayConfig#callDeadlineMillis}. */
  @AttributeDefinition(required = false, description = "Deadline without progress, in ms")
  int callDeadlineMillis();

  /** See {@link GatewayConfig#attachDeadlineMillis}. */
  @AttributeDefinition(required = false, description = "The same while it attaches, in ms")
  int attachDeadlineMillis();

  /** See {@link GatewayConfig#detachDeadlineMillis}. */
  @AttributeDefinition(required = false, description = "How long it may take to end, in ms")
  int detachDeadlineMillis();

  /** See {@link GatewayConfig#restartIntensity}. */
  @AttributeDefinition(required = false, description = "Faults in the period that are survived")
  int restartIntensity();

  /** See {@link GatewayConfig#restartPeriodSeconds}. */
  @AttributeDefinition(required = false, description = "The period, in s")
  int restartPeriodSeconds();

  /** See {@link GatewayConfig#backoffMillis}. */
  @AttributeDefinition(required = false, description = "The pause before the first restart, in ms")
  int backoffMillis();

  /** See {@link GatewayConfig#backoffMaxMillis}. */
  @AttributeDefinition(required = false, description = "The longest pause, in ms")
  int backoffMaxMillis();

  /** See {@link GatewayConfig#stableSeconds}. */
  @AttributeDefinition(
      required = false,
      description = "After how long without a fault the faults before are forgotten, in s")
  int stableSeconds();

  /** See {@link GatewayConfig#ladder}. */
  @AttributeDefinition(
      required = false,
      description =
          "What is done about one fault after another: restart, clear-halts, reset, cycle-port")
  String ladder();

  /** See {@link GatewayConfig#allocationMebibytes}. */
  @AttributeDefinition(
      required = false,
      description = "Memory one call may allocate, in MiB; 0: any")
  int allocationMebibytes();

  /** See {@link GatewayConfig#cpuMillis}. */
  @AttributeDefinition(
      required = false,
      description = "Processor time one call may take, in ms; 0: any")
  int cpuMillis();

  /** See {@link GatewayConfig#errorsPerSecond}. */
  @AttributeDefinition(
      required = false,
      description = "Failed transfers in a second that are borne; 0: any")
  int errorsPerSecond();

  /** See {@link GatewayConfig#budgetSeconds}. */
  @AttributeDefinition(
      required = false,
      description = "Over what time the two budgets below are added up, in s")
  int budgetSeconds();

  /** See {@link GatewayConfig#cpuPercent}. */
  @AttributeDefinition(
      required = false,
      description = "Percent of one processor that all calls may take together; 0: any")
  int cpuPercent();

  /** See {@link GatewayConfig#allocationMebibytesPerSecond}. */
  @AttributeDefinition(
      required = false,
      description = "Memory all calls may allocate in a second, in MiB; 0: any")
  int allocationMebibytesPerSecond();

  /** See {@link GatewayConfig#probationSeconds}. */
  @AttributeDefinition(
      required = false,
      description = "How long a new version is on probation, in s")
  int probationSeconds();

  /** See {@link GatewayConfig#probationCalls}. */
  @AttributeDefinition(
      required = false,
      description = "Calls that a new version has to live through")
  int probationCalls();
}
