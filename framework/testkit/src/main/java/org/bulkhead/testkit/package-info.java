/**
 * Tests of drivers: the real framework around the driver, a simulated device below it, and no OSGi.
 * Start at {@link org.bulkhead.testkit.DriverBench}.
 */
package org.bulkhead.testkit;
