package org.bulkhead.device.contract;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a device service whose result is by how much the position of its first buffer
 * moved. A driver that returns another number has a fault, and the call goes on as if the driver
 * had died.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Moved {}
