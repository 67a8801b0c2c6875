/** The deploy folder: checks, the swap of bundles, and File Install's hook. */
package org.bulkhead.deploy.internal;
