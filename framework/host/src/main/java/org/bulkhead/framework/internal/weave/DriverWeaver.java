package org.bulkhead.framework.internal.weave;

import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import org.bulkhead.device.driver.MatchesUsb;
import org.bulkhead.framework.guard.Guard;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.hooks.weaving.WeavingHook;
import org.osgi.framework.hooks.weaving.WovenClass;
import org.osgi.framework.hooks.weaving.WovenClassListener;
import org.osgi.framework.wiring.BundleWiring;
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
public final class DriverWeaver implements WeavingHook, WovenClassListener {

  private static final String GUARD = Guard.class.getPackageName();

  private final Logger log;
  private final ClassesUnderWay classes = new ClassesUnderWay(ClassWeaver::weave);
  private final Set<BundleWiring> linked =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

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
  public static ServiceRegistration<?> register(BundleContext context, Logger log) {
    warmUp(log);
    String[] types = {WeavingHook.class.getName(), WovenClassListener.class.getName()};
    return context.registerService(types, new DriverWeaver(log), null);
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
      loading.setBytes(
          classes.weave(loading.getBundleWiring(), loading.getClassName(), loading.getBytes()));
      if (!linked.contains(loading.getBundleWiring())) {
        loading.getDynamicImports().add(GUARD);
      }
    } catch (UnweavableException | LinkageError unwoven) {
      log.warn(
          "class {} of {} is not woven, its loops cannot be ended: {}",
          loading.getClassName(),
          loading.getBundleWiring().getBundle().getSymbolicName(),
          unwoven.getMessage());
    }
  }

  /**
   * Wires a bundle to the guard's package with its first class. Its code would do so by itself, but
   * an interrupt meanwhile lets Felix fail to, and Java remembers such a failure of a class for
   * ever.
   */
  @Override
  public void modified(WovenClass woven) {
    if (woven.getState() == WovenClass.DEFINED) {
      classes.loaded(woven.getBundleWiring(), woven.getClassName());
    }
    if (woven.getState() == WovenClass.DEFINED
        && woven.getDynamicImports().contains(GUARD)
        && link(woven.getBundleWiring().getClassLoader())) {
      linked.add(woven.getBundleWiring());
    }
  }

  /**
   * One interrupt may be left over from a call before; a second one means that the driver is being
   * ended, and whoever ends it may hold the very lock that Felix waits for.
   */
  private static boolean link(ClassLoader loader) {
    for (int attempt = 0; attempt < 2; attempt++) {
      try {
        loader.loadClass(Guard.class.getName());
        return true;
      } catch (ClassNotFoundException interrupted) {
        // Its code will try by itself.
      }
    }
    return false;
  }
}
