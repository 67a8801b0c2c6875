/** The shell's commands. */
package org.bulkhead.commands.internal;
