/** Deploying jars into the running gateway, for the commands that do so. */
@Export
@Version("2.0.0")
package org.bulkhead.deploy;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
