/** What driver repositories offer, for the commands that show and install it. */
@Export
@Version("1.0.0")
package org.bulkhead.driver.repository;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
