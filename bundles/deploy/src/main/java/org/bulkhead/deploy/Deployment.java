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
   * Replaces a deployed bundle by another version: checks the jar, then swaps it in. A driver is
   * brought up beside the old one, which then hands its devices over; anything else is stopped,
   * updated, refreshed with what depends on it and started. If the new one does not resolve or
   * start, the old one runs on. On success the jar also takes the place of the old one in {@code
   * deploy/}, and the new version is on probation: a fault of it is followed by {@link #rollback}.
   *
   * @param bundle a bundle that came from {@code deploy/}
   * @param jar the new version, with the same symbolic name
   * @return the bundle that runs now, which is another one where a driver was replaced
   * @throws DeploymentException if the jar was refused or the old bundle was put back
   */
  Bundle update(Bundle bundle, File jar) throws DeploymentException;

  /**
   * Brings back the version that the last update replaced, also after a restart of the gateway. The
   * jar that goes is kept beside its place in {@code deploy/}, with {@code .rejected} at its end.
   *
   * @param bundle a bundle that came from {@code deploy/}
   * @return the bundle that runs now
   * @throws DeploymentException if there is no earlier version, or it cannot run
   */
  Bundle rollback(Bundle bundle) throws DeploymentException;

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
