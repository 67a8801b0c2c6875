package org.bulkhead.transport.chaos.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Faults at random, beside those that are armed. */
@ObjectClassDefinition(name = "Bulkhead chaos", description = "Transfers that fail at random")
public @interface ChaosConfig {

  /** How often. */
  @AttributeDefinition(description = "How many transfers in a million fail; 0 for none")
  int ratePerMillion() default 0;

  /** Same seed and same order of transfers, same faults. */
  @AttributeDefinition(description = "The seed of what fails")
  long seed() default 1;

  /** Which. */
  @AttributeDefinition(
      description = "What may happen: stall, short, babble, error, timeout, duplicate, late, …")
  String[] faults() default {
    "stall", "short", "babble", "error", "timeout", "duplicate", "late", "reorder"
  };

  /** See {@link org.bulkhead.transport.chaos.ChaosRule#delay()}. */
  @AttributeDefinition(description = "How late, and how long away, in ms")
  int delayMillis() default 20;
}
