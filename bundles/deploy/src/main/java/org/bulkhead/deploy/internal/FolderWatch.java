package org.bulkhead.deploy.internal;

import java.io.IOException;
import java.util.Dictionary;
import java.util.Hashtable;
import org.bulkhead.deploy.Deployment;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Lets File Install watch the folder, once our handling of jars is registered. Were the folder in
 * the initial configuration, File Install would take the first jars itself.
 */
@Component(
    service = {},
    immediate = true)
public final class FolderWatch {

  private static final String POLL_MILLIS = "500";

  private final Configuration configuration;

  /**
   * Called by the container.
   *
   * @param context knows the folder
   * @param admin configures File Install
   * @param deployment only required, see above
   * @throws IOException if the configuration cannot be stored
   */
  @Activate
  public FolderWatch(
      BundleContext context, @Reference ConfigurationAdmin admin, @Reference Deployment deployment)
      throws IOException {
    Dictionary<String, Object> watch = new Hashtable<>();
    watch.put("felix.fileinstall.dir", FolderDeployment.folder(context).getAbsolutePath());
    watch.put("felix.fileinstall.filter", ".*\\.jar");
    watch.put("felix.fileinstall.poll", POLL_MILLIS);
    watch.put("felix.fileinstall.noInitialDelay", "true");
    watch.put("felix.fileinstall.subdir.mode", "skip");
    watch.put("felix.fileinstall.log.level", "2");
    configuration = admin.getFactoryConfiguration("org.apache.felix.fileinstall", "deploy", "?");
    configuration.update(watch);
  }

  @Deactivate
  void stop() throws IOException {
    configuration.delete();
  }
}
