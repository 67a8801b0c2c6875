/** What becomes of a call that is under way when a driver dies, and how an application is told. */
@Export
@Version("1.1.0")
package org.bulkhead.device.contract;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
