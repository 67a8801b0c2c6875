package org.bulkhead.framework.admin;

import java.util.List;

/**
 * One driver attached to one interface of one device.
 *
 * @param location the device's location
 * @param interfaceNumber {@code bInterfaceNumber}
 * @param driver the driver's name
 * @param state where it is in its life
 * @param incarnation the current or last incarnation, from 1; 0 before the first
 * @param faults faults since it was made
 * @param calls calls and completion handlers that the driver has come back from in good order
 * @param abandonedThreads threads that could not be ended and were left behind
 * @param reason why it is in this state, empty while it runs well
 * @param services the device services that it offers, as names such as {@code BlockDevice 0}
 */
public record CompartmentInfo(
    String location,
    int interfaceNumber,
    String driver,
    CompartmentState state,
    int incarnation,
    long faults,
    long calls,
    int abandonedThreads,
    String reason,
    List<String> services) {}
