package org.bulkhead.deploy;

import java.io.File;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;
import org.osgi.framework.Bundle;

/**
 * Brings jars into the running gateway, in the same way as the {@code deploy/} folder does.
 *
 * <p>All methods read the jar and may wait for bundles to stop and start; they may be called from
 * any thread, and one works at a time.
 */
@ProviderType
public interface Deployment {

  /**
   * Checks a jar whole without touching what runs: that it is a complete zip whose entries have the
   * right checksums, a bundle with a symbolic name, and that the running gateway provides all it
   * requires.
   *
   * @param jar the file, anywhere
   * @return one line per problem; empty if the jar can be deployed
   */
  List<String> check(File jar);

  /**
   * Replaces a deployed bundle by another version: checks the jar, then stops the bundle, updates
   * it, refreshes what depends on it and starts it. If the new one does not resolve or start, the
   * old one is put back. On success the jar also takes the place of the old one in {@code deploy/}.
   *
   * @param bundle a bundle that came from {@code deploy/}
   * @param jar the new version, with the same symbolic name
   * @throws DeploymentException if the jar was refused or the old bundle was put back
   */
  void update(Bundle bundle, File jar) throws DeploymentException;

  /**
   * Deploys a bundle that is not there yet: checks the jar, puts it into {@code deploy/} as {@code
   * <symbolic name>.jar}, installs and starts it. It is there again after a restart of the gateway.
   *
   * @param jar the file, anywhere; it is copied
   * @return the bundle; installed but not started where it requires something absent, which the log
   *     names
   * @throws DeploymentException if the jar was refused, or its bundle or file is there already
   */
  Bundle deploy(File jar) throws DeploymentException;
}
