package org.bulkhead.device.contract;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a device service that is idempotent: a call under way when its driver dies is
 * sent again to the next incarnation, and the caller sees only a pause. Buffers among the arguments
 * are set back to the position and limit that they had.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Replay {}
