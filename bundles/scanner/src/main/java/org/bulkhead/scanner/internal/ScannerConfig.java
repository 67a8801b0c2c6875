package org.bulkhead.scanner.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Which devices are scanners, and how they type. */
@ObjectClassDefinition(
    name = "Bulkhead scanner view",
    description = "Barcode scanners that pretend to be keyboards")
@interface ScannerConfig {

  /** See {@link ScannerRule}. */
  @AttributeDefinition(
      description =
          "Which input devices are scanners: a location such as 1-2, a model such as 0c2e:0b61, or"
              + " a name in which * stands for anything; behind it a layout of its own: *zebra*=de")
  String[] scanners() default {"*scanner*", "*barcode*"};

  /** The layout that scanners are set to. */
  @AttributeDefinition(description = "The keyboard layout that scanners are set to: us or de")
  String layout() default "us";

  /** The keys that end a line. */
  @AttributeDefinition(description = "The keys that end a line: enter, tab")
  String[] suffixes() default {"enter", "tab"};

  /** How long a scanner may pause within a line. */
  @AttributeDefinition(
      description = "A longer pause within a line drops what came before it, in ms")
  int timeoutMillis() default 1_000;
}
