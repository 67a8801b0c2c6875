/** What administration sees of the framework: devices, drivers, faults, and the levers. */
@Export
@Version("1.0.0")
package org.bulkhead.framework.admin;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
