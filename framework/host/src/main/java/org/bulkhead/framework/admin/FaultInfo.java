package org.bulkhead.framework.admin;

import java.time.Instant;

/**
 * One fault of one driver.
 *
 * @param time when it was detected
 * @param driver the driver's name
 * @param bundleId the OSGi bundle that the driver came from, -1 where it is not known or was
 *     updated since
 * @param location the device, empty where the driver never came to drive one
 * @param interfaceNumber {@code bInterfaceNumber}
 * @param incarnation the life that it ended
 * @param kind the class of fault, a word such as {@code exception} or {@code hang}
 * @param message what happened, one line
 * @param trace the stack trace, or empty
 * @param action what was done about it, one line
 * @param report the folder of its report, which may have been pruned since; empty where there is
 *     none
 */
public record FaultInfo(
    Instant time,
    String driver,
    long bundleId,
    String location,
    int interfaceNumber,
    int incarnation,
    String kind,
    String message,
    String trace,
    String action,
    String report) {}
