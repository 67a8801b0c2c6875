/** Reading repositories, fetching and checking drivers, and the driver locator. */
package org.bulkhead.driver.repository.internal;
