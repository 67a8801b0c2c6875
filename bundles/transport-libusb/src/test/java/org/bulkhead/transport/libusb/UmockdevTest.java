package org.bulkhead.transport.libusb;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The tests of this class run in a child JVM that sees simulated USB devices and no others. A test
 * may take a {@link Simulator} to plug devices in and to make them misbehave; the bus is empty when
 * it begins. A crash of that JVM fails the one test that caused it.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(UmockdevHarness.class)
public @interface UmockdevTest {}
