package org.bulkhead.deploy.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** How long a new version of a driver has to prove itself. */
@ObjectClassDefinition(
    name = "Bulkhead deploy",
    description = "When a new version of a driver is trusted")
public @interface DeployConfig {

  /** How long a new version is on probation at least. */
  @AttributeDefinition(
      description =
          "How long a fault of a new version brings the old one back, in s; 0 for no probation")
  int probationSeconds() default 60;

  /** How many calls a new version has to serve before it is trusted. */
  @AttributeDefinition(
      description = "How many calls of applications it must serve in that time, or after it")
  int probationCalls() default 100;
}
