package org.bulkhead.framework.internal.weave;

import java.io.IOException;
import java.io.InputStream;
import org.bulkhead.device.driver.MatchesUsb;
import org.bulkhead.framework.guard.Guard;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.hooks.weaving.WeavingHook;
import org.osgi.framework.hooks.weaving.WovenClass;
import org.osgi.service.log.Logger;

/**
 * Weaves the classes of driver bundles as they load. A driver bundle is one that provides a
 * capability of namespace {@value MatchesUsb#NAMESPACE}, itself or by a fragment; its fragments are
 * woven with it. Libraries that it imports are not: they may be shared with those who are no
 * drivers.
 *
 * <p>A class that cannot be woven is loaded as it is, with a line in the log: a driver that works
 * is worth more than one that can be ended in each of its loops.
 */
public final class DriverWeaver implements WeavingHook {

  private static final String GUARD = Guard.class.getPackageName();

  private final Logger log;

  private DriverWeaver(Logger log) {
    this.log = log;
  }

  /**
   * Has driver bundles woven from now on; what they loaded before stays as it is.
   *
   * @param context the framework's
   * @param log where unweavable classes are named
   * @return to be unregistered when the framework stops
   */
  public static ServiceRegistration<WeavingHook> register(BundleContext context, Logger log) {
    warmUp(log);
    return context.registerService(WeavingHook.class, new DriverWeaver(log), null);
  }

  /** Loads ASM now, rather than under the deadline of the first driver's attaching. */
  private static void warmUp(Logger log) {
    try (InputStream any = PlantedLoop.class.getResourceAsStream("PlantedLoop.class")) {
      ClassWeaver.weave(any.readAllBytes());
    } catch (IOException | UnweavableException impossible) {
      log.warn("drivers will not be woven: {}", impossible.getMessage());
    }
  }

  @Override
  public void weave(WovenClass loading) {
    if (loading.getBundleWiring().getCapabilities(MatchesUsb.NAMESPACE).isEmpty()) {
      return;
    }
    try {
      loading.setBytes(ClassWeaver.weave(loading.getBytes()));
      loading.getDynamicImports().add(GUARD);
    } catch (UnweavableException | LinkageError unwoven) {
      log.warn(
          "class {} of {} is not woven, its loops cannot be ended: {}",
          loading.getClassName(),
          loading.getBundleWiring().getBundle().getSymbolicName(),
          unwoven.getMessage());
    }
  }
}
