package org.bulkhead.deploy.internal;

import java.nio.file.Path;
import org.osgi.framework.Bundle;
import org.osgi.framework.Version;

/**
 * One file of the folder and what runs of it.
 *
 * @param bundle the installed bundle
 * @param version the version that was installed, which an update refused does not change
 * @param checksum of the file's bytes that were installed
 * @param copy those bytes, kept to put them back
 */
record Deployed(Bundle bundle, Version version, long checksum, Path copy) {}
