package org.bulkhead.framework.internal.access;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bulkhead.device.driver.MatchRule;
import org.bulkhead.device.driver.MatchesUsb;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.device.usb.descriptor.DeviceDescriptor;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.framework.internal.compartment.Compartments;
import org.bulkhead.framework.internal.compartment.DriverSource;
import org.bulkhead.framework.internal.device.UsbFunction;
import org.bulkhead.framework.internal.models.Models;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.device.Device;
import org.osgi.service.device.Driver;

/**
 * A driver of our own contract as a standard Driver service. It attaches by opening a compartment,
 * which then answers for the driver: what goes wrong after that is supervision's, not the device
 * manager's.
 *
 * <p>Registered, and the device used, through the driver bundle's own context, so that "idle" means
 * what the specification says (section 103.7.3).
 */
public final class SupervisedDriver implements Driver, DriverSource {

  private final String name;
  private final Bundle bundle;
  private final long modified;
  private final List<MatchRule> rules;
  private final List<String> matches;
  private final ComponentServiceObjects<UsbDriver> objects;
  private final Compartments compartments;
  private final Supplier<Models> models;
  private volatile boolean gone;

  /** Weak, so that devices take themselves out of it as they leave. */
  private final Set<ServiceReference<?>> used =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  /**
   * Reads a driver's service properties.
   *
   * @throws IllegalArgumentException names what is wrong with them
   */
  public SupervisedDriver(
      ComponentServiceObjects<UsbDriver> objects,
      Compartments compartments,
      Supplier<Models> models) {
    ServiceReference<UsbDriver> reference = objects.getServiceReference();
    this.objects = objects;
    this.compartments = compartments;
    this.models = models;
    this.bundle = reference.getBundle();
    this.modified = bundle.getLastModified();
    if (!(reference.getProperty(MatchesUsb.DRIVER) instanceof String driver)
        || !(reference.getProperty(MatchesUsb.MATCHES) instanceof String[] texts)) {
      throw new IllegalArgumentException(
          "a driver of bundle "
              + bundle.getSymbolicName()
              + " says neither its name nor what it matches: annotate it with @MatchesUsb");
    }
    this.name = driver;
    this.matches = List.of(texts);
    this.rules = Stream.of(texts).map(MatchRule::parse).toList();
  }

  @Override
  public String name() {
    return name;
  }

  /** Its bundle. */
  public Bundle bundle() {
    return bundle;
  }

  @Override
  public long bundleId() {
    // It is modified when it is uninstalled, too; but then nobody else gets its number.
    boolean updated =
        bundle.getLastModified() != modified && bundle.getState() != Bundle.UNINSTALLED;
    return updated ? -1 : bundle.getBundleId();
  }

  /** Its match rules as written, and the lines of the models file for it. */
  public List<String> matches() {
    return Stream.concat(matches.stream(), models.get().of(name).stream()).toList();
  }

  @Override
  public boolean isThere() {
    int state = bundle.getState();
    return !gone && (state == Bundle.ACTIVE || state == Bundle.STARTING);
  }

  /** The driver's service goes; said before its compartments are told. */
  public void gone() {
    gone = true;
  }

  @Override
  public ClassLoader loader() {
    BundleWiring wiring = bundle.adapt(BundleWiring.class);
    return wiring == null ? null : wiring.getClassLoader();
  }

  @Override
  public String version() {
    return bundle.getSymbolicName()
        + " "
        + bundle.getVersion()
        + ", bundle "
        + bundle.getBundleId();
  }

  @Override
  public UsbDriver obtain() {
    UsbDriver driver = isThere() ? objects.getService() : null;
    if (driver == null) {
      throw new IllegalStateException("driver " + name + " could not be made; the log says why");
    }
    return driver;
  }

  @Override
  public void release(UsbDriver driver) {
    try {
      objects.ungetService(driver);
    } catch (IllegalArgumentException | IllegalStateException gone) {
      // The driver's bundle has stopped and taken it back already.
    }
  }

  @Override
  public int match(ServiceReference<?> device) {
    return use(device) instanceof UsbFunction function && !function.isPartOfAnother()
        ? match(function.device().descriptors().device(), function.matched())
        : Device.MATCH_NONE;
  }

  private int match(DeviceDescriptor device, InterfaceDescriptor candidate) {
    int said = models.get().match(name, device, candidate);
    return said != Device.MATCH_NONE
        ? Math.max(Device.MATCH_NONE, said)
        : rules.stream()
            .mapToInt(rule -> rule.match(device, candidate))
            .max()
            .orElse(Device.MATCH_NONE);
  }

  /** Looks at a device of the gateway's without using it from then on. */
  private Object use(ServiceReference<?> device) {
    BundleContext context = bundle.getBundleContext();
    if (context == null || !isOurs(device)) {
      return null;
    }
    Object service = context.getService(device);
    context.ungetService(device);
    return service;
  }

  /** Whatever another bundle registered may run its code as it is got, on any thread. */
  private static boolean isOurs(ServiceReference<?> device) {
    return FrameworkUtil.getBundle(SupervisedDriver.class).equals(device.getBundle());
  }

  @Override
  public String attach(ServiceReference<?> device) {
    BundleContext context = bundle.getBundleContext();
    if (context == null) {
      throw new IllegalStateException("bundle " + bundle + " has stopped");
    }
    Object service = context.getService(device);
    if (!(service instanceof UsbFunction function)) {
      throw new IllegalArgumentException(device + " is not a USB interface of this gateway");
    }
    used.add(device);
    compartments.attach(function.device(), function.matched(), this);
    return null;
  }

  /** Uses no device any more: they are idle for the next driver, one of the same bundle too. */
  public void close() {
    BundleContext context = bundle.getBundleContext();
    if (context != null) {
      Set.copyOf(used).forEach(context::ungetService);
    }
    used.clear();
  }
}
