package org.bulkhead.framework.internal;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bulkhead.device.contract.SessionProperties;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.device.input.InputListener;
import org.bulkhead.device.transport.Transport;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.CrashInfo;
import org.bulkhead.framework.admin.DeviceInfo;
import org.bulkhead.framework.admin.DriverInfo;
import org.bulkhead.framework.admin.FaultInfo;
import org.bulkhead.framework.admin.FaultListener;
import org.bulkhead.framework.admin.Gateway;
import org.bulkhead.framework.admin.InjectedFault;
import org.bulkhead.framework.admin.NoSuchTargetException;
import org.bulkhead.framework.admin.Probation;
import org.bulkhead.framework.internal.access.DeviceManager;
import org.bulkhead.framework.internal.access.SupervisedDriver;
import org.bulkhead.framework.internal.compartment.Compartment;
import org.bulkhead.framework.internal.compartment.Compartments;
import org.bulkhead.framework.internal.compartment.Host;
import org.bulkhead.framework.internal.compartment.Limits;
import org.bulkhead.framework.internal.device.DeviceRegistry;
import org.bulkhead.framework.internal.device.ManagedDevice;
import org.bulkhead.framework.internal.input.InputHub;
import org.bulkhead.framework.internal.models.ModelFile;
import org.bulkhead.framework.internal.names.UsbIds;
import org.bulkhead.framework.internal.session.SerialEvents;
import org.bulkhead.framework.internal.session.SessionRegistry;
import org.bulkhead.framework.internal.weave.DriverWeaver;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceObjects;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferenceScope;
import org.osgi.service.device.Constants;
import org.osgi.service.device.Driver;
import org.osgi.service.device.DriverLocator;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.serial.SerialDevice;
import org.osgi.service.serial.SerialEventListener;
import org.osgi.service.usbinfo.USBInfoDevice;

/**
 * The framework as one component: wires transports, drivers, compartments and sessions together,
 * and is what administration sees of them.
 */
@Component(service = Gateway.class, immediate = true, configurationPid = "org.bulkhead.framework")
@Designate(ocd = GatewayConfig.class)
public final class GatewayComponent implements Gateway, SynchronousBundleListener {

  private static final Duration MODELS_PERIOD = Duration.ofSeconds(1);

  private final BundleContext context;
  private final Logger log;
  private final Limits limits;
  private final boolean faultInjection;
  private final Probation probation;
  private final Map<String, DriverSettings> settings = new ConcurrentHashMap<>();
  private final SerialEvents serialEvents;
  private final SessionRegistry sessions;
  private final ServiceRegistration<?> weaver;
  private final Host host;
  private final InputHub inputs;
  private final Compartments compartments;
  private final UsbIds names;
  private final DeviceRegistry devices;
  private final DeviceManager manager;
  private final Inventory inventory;
  private final BundleTroubles troubles;
  private final BundleCalls bundleCalls;
  private final BundleWatch bundleWatch;
  private final ModelFile models;
  private volatile ServiceRegistration<DriverLocator> modelLocator;
  private final Map<ComponentServiceObjects<UsbDriver>, Registered> drivers =
      new ConcurrentHashMap<>();

  /** A driver and its standard Driver service. */
  private record Registered(SupervisedDriver driver, ServiceRegistration<Driver> registration) {}

  /** Starts the framework's threads; devices and drivers come by reference. */
  @Activate
  public GatewayComponent(
      BundleContext context, GatewayConfig config, @Reference LoggerFactory loggers) {
    this.context = context;
    this.log = loggers.getLogger("gateway");
    Configured configured = new Configured(config, log);
    this.limits = configured.limits();
    this.faultInjection =
        config.faultInjection() || Boolean.parseBoolean(context.getProperty("bulkhead.demo"));
    Duration patience = Duration.ofMillis(config.sessionPatienceMillis());
    // Before any driver is asked for: what is loaded stays as it is.
    this.weaver = config.weaving() ? DriverWeaver.register(context, log) : null;
    this.inputs = new InputHub(configured.keyboardLayout(), log);
    this.serialEvents = new SerialEvents(log, this::listener);
    this.sessions =
        new SessionRegistry(this::publish, patience, inputs, serialEvents::dataAvailable);
    Warmup.begin(context.getBundle(), sessions::prepareAhead);
    this.probation = configured.probation();
    this.host =
        new Host(
            limits, sessions, loggers, configured.crashes(context.getProperty("bulkhead.var")));
    host.limits(this::limits);
    this.compartments = new Compartments(host);
    this.names = UsbIds.of(config.usbIds(), log);
    this.devices =
        new DeviceRegistry(context, log, host.inOrder(), names::device, compartments::deviceLeft);
    this.manager = new DeviceManager(context, log, configured.access());
    this.inventory = new Inventory(context, host, devices, compartments, names);
    this.troubles = new BundleTroubles(context, host);
    this.bundleCalls = new BundleCalls(host);
    this.bundleWatch = new BundleWatch(context, host, bundleCalls, log);
    this.models = ModelFile.of(config.models(), context.getProperty("bulkhead.home"), log);
    models.changed();
    locateModels();
    manager.every(MODELS_PERIOD, this::lookAtModels);
    context.addBundleListener(this);
    manager.open();
    troubles.open();
    bundleWatch.open();
  }

  private Limits limits(String driver) {
    DriverSettings own = settings.get(driver);
    return own == null ? limits : own.over(limits);
  }

  private Runnable publish(Class<?> type, Object service, Map<String, ?> properties) {
    String[] types =
        type == SerialDevice.class
            ? new String[] {type.getName(), USBInfoDevice.class.getName()}
            : new String[] {type.getName()};
    ServiceRegistration<?> registration =
        context.registerService(types, service, new Hashtable<>(new HashMap<>(properties)));
    boolean standard = type == SerialDevice.class;
    if (standard) {
      devices.follow(registration);
    }
    return () -> {
      if (standard) {
        devices.forget(registration);
      }
      unregister(registration);
    };
  }

  private SerialEvents.Obtained listener(ServiceReference<SerialEventListener> reference) {
    ServiceObjects<SerialEventListener> objects = context.getServiceObjects(reference);
    SerialEventListener listener = objects == null ? null : objects.getService();
    return new SerialEvents.Obtained() {
      @Override
      public SerialEventListener listener() {
        return listener;
      }

      @Override
      public void close() {
        if (listener != null) {
          try {
            objects.ungetService(listener);
          } catch (IllegalStateException | IllegalArgumentException gone) {
            // Its bundle stopped during the call and has taken it back.
          }
        }
      }
    };
  }

  private static void unregister(ServiceRegistration<?> registration) {
    try {
      registration.unregister();
    } catch (IllegalStateException framework) {
      // The framework stops and has unregistered it already.
    }
  }

  /**
   * The system bundle stops: all compartments end now, at the same time, rather than one by one as
   * their drivers' bundles are stopped.
   */
  @Override
  public void bundleChanged(BundleEvent event) {
    if (event.getType() == BundleEvent.STOPPING && event.getBundle().getBundleId() == 0) {
      close();
    } else if (event.getType() == BundleEvent.STOPPED) {
      sessions.bundleStopped(event.getBundle());
    }
  }

  @Deactivate
  void close() {
    troubles.close();
    bundleWatch.close();
    manager.close();
    if (modelLocator != null) {
      unregister(modelLocator);
    }
    serialEvents.close();
    compartments.close();
    devices.close();
    host.close();
    inputs.close();
    sessions.close();
    if (weaver != null) {
      unregister(weaver);
    }
    if (context.getBundle().getState() != Bundle.STOPPING) {
      context.removeBundleListener(this);
    }
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addTransport(Transport transport) {
    devices.add(transport);
  }

  void removeTransport(Transport transport) {
    devices.remove(transport);
  }

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      scope = ReferenceScope.PROTOTYPE)
  void addDriver(ComponentServiceObjects<UsbDriver> objects) {
    try {
      SupervisedDriver driver = new SupervisedDriver(objects, compartments, models::models);
      BundleContext its = driver.bundle().getBundleContext();
      if (its == null) {
        // A bundle that starts late is uninstalled as soon as it can be.
        return;
      }
      drivers.put(
          objects,
          new Registered(
              driver,
              its.registerService(
                  Driver.class,
                  driver,
                  new Hashtable<>(Map.of(Constants.DRIVER_ID, driver.name())))));
    } catch (IllegalArgumentException unusable) {
      log.error("{}", unusable.getMessage());
    }
  }

  /** A locator anew, which is asked for all devices that have no driver; none for no lines. */
  private void locateModels() {
    if (modelLocator != null) {
      unregister(modelLocator);
      modelLocator = null;
    }
    if (!models.models().lines().isEmpty()) {
      modelLocator = context.registerService(DriverLocator.class, models, null);
    }
  }

  private void lookAtModels() {
    if (models.changed()) {
      locateModels();
      manager.rescan();
    }
  }

  void removeDriver(ComponentServiceObjects<UsbDriver> objects) {
    Registered registered = drivers.remove(objects);
    if (registered != null) {
      registered.driver().gone();
      compartments.driverGone(registered.driver());
      registered.driver().close();
      unregister(registered.registration());
    }
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addInputListener(ServiceReference<InputListener> reference, InputListener listener) {
    inputs.add(reference, listener, () -> reference.getProperty(SessionProperties.LOCATION));
  }

  void removeInputListener(ServiceReference<InputListener> reference) {
    inputs.remove(reference);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addSerialListener(ServiceReference<SerialEventListener> listener) {
    serialEvents.add(listener);
  }

  void removeSerialListener(ServiceReference<SerialEventListener> listener) {
    serialEvents.remove(listener);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addSettings(DriverSettings ofOne) {
    settings.put(ofOne.driver(), ofOne);
  }

  void removeSettings(DriverSettings ofOne) {
    settings.remove(ofOne.driver(), ofOne);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addFaultListener(FaultListener listener) {
    host.addFaultListener(listener);
  }

  void removeFaultListener(FaultListener listener) {
    host.removeFaultListener(listener);
  }

  // ---- administration ------------------------------------------------------------------------

  @Override
  public List<DeviceInfo> devices() {
    return inventory.devices();
  }

  @Override
  public String className(int usbClass, int subclass, int protocol) {
    return names.classOf(usbClass, subclass, protocol);
  }

  @Override
  public boolean awaitSettled(Duration patience) throws InterruptedException {
    long until = System.nanoTime() + patience.toNanos();
    return manager.awaitQuiet(until) && compartments.awaitStarted(until);
  }

  @Override
  public List<DriverInfo> drivers() {
    return inventory.drivers(drivers.values().stream().map(Registered::driver).toList());
  }

  @Override
  public List<FaultInfo> faults() {
    return host.faults();
  }

  @Override
  public List<CrashInfo> crashes() {
    return host.crashes();
  }

  @Override
  public void reset(String location) throws NoSuchTargetException, IOException {
    ManagedDevice device =
        devices.devices().stream()
            .filter(d -> d.identity().location().equals(location))
            .findFirst()
            .orElseThrow(() -> new NoSuchTargetException("there is no device " + location));
    String key = device.identity().key();
    List<Compartment> affected = compartments.ofDevice(key);
    Compartments.await(
        affected.stream().map(c -> c.pause("the device is being reset")).toList(),
        limits.detach().plus(limits.teardown()));
    try {
      device.hold().reset();
    } finally {
      affected.forEach(Compartment::restart);
    }
  }

  @Override
  public int restart(String target) throws NoSuchTargetException {
    List<Compartment> concerned = find(target);
    concerned.forEach(Compartment::restart);
    return concerned.size();
  }

  @Override
  public int release(String target) throws NoSuchTargetException {
    List<Compartment> quarantined =
        find(target).stream()
            .filter(c -> c.info().state() == CompartmentState.QUARANTINED)
            .toList();
    quarantined.forEach(Compartment::release);
    return quarantined.size();
  }

  @Override
  public int complain(String target, String words) throws NoSuchTargetException {
    List<Compartment> concerned = find(target);
    concerned.forEach(c -> c.complain(words));
    return concerned.size();
  }

  @Override
  public void start(Bundle bundle, int options) throws BundleException {
    bundleCalls.start(bundle, options);
  }

  @Override
  public void stop(Bundle bundle, int options) throws BundleException {
    bundleCalls.stop(bundle, options);
  }

  @Override
  public void startFailed(Bundle bundle, BundleException why, String action) {
    troubles.startFailed(bundle, why, action);
  }

  @Override
  public void stopFailed(Bundle bundle, BundleException why, String action) {
    troubles.stopFailed(bundle, why, action);
  }

  @Override
  public Probation probation(String driver) {
    DriverSettings own = settings.get(driver);
    return own == null ? probation : own.over(probation);
  }

  @Override
  public int inject(String target, InjectedFault kind) throws NoSuchTargetException {
    if (!faultInjection) {
      throw new IllegalStateException(
          "planting faults is off: set faultInjection=true in etc/org.bulkhead.framework.cfg");
    }
    if (kind == InjectedFault.LOOP && weaver == null) {
      throw new IllegalStateException(
          "a loop could not be ended: set weaving=true in etc/org.bulkhead.framework.cfg");
    }
    List<Compartment> concerned = find(target);
    concerned.forEach(c -> c.plant(kind));
    return concerned.size();
  }

  private List<Compartment> find(String target) throws NoSuchTargetException {
    List<Compartment> found =
        compartments.of(
            c ->
                c.location().equals(target)
                    || (c.location() + ":" + c.interfaceNumber()).equals(target)
                    || c.driverName().equals(target));
    if (found.isEmpty()) {
      throw new NoSuchTargetException(
          "no driver is attached to \"%s\"; there are: %s".formatted(target, compartments.all()));
    }
    return found;
  }
}
