package org.bulkhead.device.contract;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a device service that is a setting: its last successful call is made again on
 * each next incarnation before any other call goes through. A call under way when the driver dies
 * is sent again. Settings of different methods are applied in the order in which they were last
 * made.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Sticky {}
