/** What bundles with Gogo commands need from the console. */
@Export
@Version("1.0.0")
package org.bulkhead.console;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
