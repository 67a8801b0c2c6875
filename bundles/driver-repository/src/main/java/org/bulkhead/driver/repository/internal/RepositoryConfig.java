package org.bulkhead.driver.repository.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Which driver repositories there are, and how they are dealt with. */
@ObjectClassDefinition(
    name = "Bulkhead driver repositories",
    description = "Where drivers are looked for when a device has none")
public @interface RepositoryConfig {

  /** The repositories in their order. */
  @AttributeDefinition(
      description = "Folders, and file:, http: and https: URLs of indexes, separated by commas")
  String repositories() default "";

  /** Whether devices bring their drivers with them. */
  @AttributeDefinition(
      description =
          "Whether a device's driver is installed when it is plugged in; else only by"
              + " driver:install")
  boolean onDemand() default true;

  /** How often remote indexes are read. */
  @AttributeDefinition(description = "How often the index behind a URL is asked for, in s")
  int refreshSeconds() default 3_600;

  /** The pause after a failure. */
  @AttributeDefinition(
      description =
          "After what time a repository or a driver that failed is tried again, in s;"
              + " doubled with each further failure, up to refreshSeconds")
  int retrySeconds() default 60;

  /** How long an index or a driver may take to come. */
  @AttributeDefinition(description = "How long an index or a driver may take to come whole, in s")
  int deadlineSeconds() default 60;

  /** How big a driver may be. */
  @AttributeDefinition(description = "How big a driver's jar may be, in MiB")
  int maxDriverMebibytes() default 16;
}
