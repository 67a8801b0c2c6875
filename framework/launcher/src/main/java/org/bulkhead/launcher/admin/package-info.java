/**
 * What the launcher shares with bundles: the gateway as a service, and the administration protocol
 * that the command line client and the console speak. The system bundle exports this package.
 */
@Version("1.0.0")
package org.bulkhead.launcher.admin;

import org.osgi.annotation.versioning.Version;
