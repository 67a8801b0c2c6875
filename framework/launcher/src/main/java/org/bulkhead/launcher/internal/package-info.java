/** The gateway's main program and its command line client. */
package org.bulkhead.launcher.internal;
