/** Forwards the OSGi log service to java.util.logging. */
package org.bulkhead.log.internal;
