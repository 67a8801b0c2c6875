/** The console: Gogo sessions on the terminal and on the administration socket. */
package org.bulkhead.console.internal;
