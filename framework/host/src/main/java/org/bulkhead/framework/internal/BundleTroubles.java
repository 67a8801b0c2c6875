package org.bulkhead.framework.internal;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.bulkhead.device.driver.MatchesUsb;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.framework.internal.compartment.Fault;
import org.bulkhead.framework.internal.compartment.FaultKind;
import org.bulkhead.framework.internal.compartment.Host;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/**
 * Driver bundles that never come to be drivers: they cannot be resolved or started, or their
 * component cannot be had. Looked at a while after something happened to a bundle, since one that
 * others have to be installed for is no fault.
 */
final class BundleTroubles implements SynchronousBundleListener, FrameworkListener {

  private static final Duration SETTLING = Duration.ofSeconds(3);
  private static final String UNUSED = "no device gets it until it is mended";

  private final BundleContext context;
  private final Host host;
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  /** Drivers of bundles whose last start was a success: what fails after that is their stop. */
  private final Map<Long, String> started = new ConcurrentHashMap<>();

  BundleTroubles(BundleContext context, Host host) {
    this.context = context;
    this.host = host;
  }

  void open() {
    context.addBundleListener(this);
    context.addFrameworkListener(this);
    Stream.of(context.getBundles()).forEach(this::lookLater);
  }

  void close() {
    try {
      context.removeBundleListener(this);
      context.removeFrameworkListener(this);
    } catch (IllegalStateException stopped) {
      // The framework has removed them.
    }
  }

  @Override
  public void bundleChanged(BundleEvent event) {
    Bundle bundle = event.getBundle();
    long id = bundle.getBundleId();
    switch (event.getType()) {
      case BundleEvent.INSTALLED, BundleEvent.UPDATED, BundleEvent.UNRESOLVED -> lookLater(bundle);
      case BundleEvent.STARTING -> started.remove(id);
      case BundleEvent.STARTED -> {
        if (!driver(bundle).isEmpty()) {
          started.put(id, driver(bundle));
        }
        lookLater(bundle);
      }
      // Framework events come later than bundle events.
      case BundleEvent.UNINSTALLED -> host.later(SETTLING, () -> started.remove(id));
      default -> {}
    }
  }

  @Override
  public void frameworkEvent(FrameworkEvent event) {
    Bundle bundle = event.getBundle();
    if (event.getType() == FrameworkEvent.ERROR) {
      Throwable thrown = event.getThrowable();
      String gone = started.get(bundle.getBundleId());
      if (gone != null) {
        tell(gone, bundle, fault(FaultKind.STOP, thrown), "stopped all the same");
      } else {
        tell(bundle, kind(bundle, thrown), thrown, UNUSED);
      }
    }
  }

  void startFailed(Bundle bundle, BundleException why, String action) {
    tell(bundle, kind(bundle, why), why, action);
  }

  void stopFailed(Bundle bundle, BundleException why, String action) {
    tell(bundle, FaultKind.STOP, why, action);
  }

  private void lookLater(Bundle bundle) {
    if (!driver(bundle).isEmpty()) {
      host.later(SETTLING, () -> look(bundle));
    }
  }

  private void look(Bundle bundle) {
    try {
      switch (bundle.getState()) {
        case Bundle.INSTALLED, Bundle.RESOLVED -> {
          if (isToRun(bundle)) {
            // Nobody else keeps what went wrong when it was to be started.
            bundle.start(Bundle.START_TRANSIENT);
          }
        }
        case Bundle.ACTIVE -> lookAtComponents(bundle);
        default -> {}
      }
    } catch (BundleException failed) {
      tell(bundle, kind(bundle, failed), failed, UNUSED);
    } catch (IllegalStateException stopped) {
      // The bundle, or the gateway, has gone meanwhile.
    }
  }

  private static boolean isToRun(Bundle bundle) {
    BundleStartLevel level = bundle.adapt(BundleStartLevel.class);
    return level != null && level.isPersistentlyStarted() && !isFragment(bundle);
  }

  private static boolean isFragment(Bundle bundle) {
    BundleRevision revision = bundle.adapt(BundleRevision.class);
    return revision != null && (revision.getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
  }

  private static FaultKind kind(Bundle bundle, Throwable thrown) {
    boolean resolving =
        thrown instanceof BundleException failed
            && failed.getType() == BundleException.RESOLVE_ERROR;
    return resolving || bundle.getState() == Bundle.INSTALLED ? FaultKind.RESOLVE : FaultKind.START;
  }

  private void lookAtComponents(Bundle bundle) {
    ServiceReference<ServiceComponentRuntime> reference =
        context.getServiceReference(ServiceComponentRuntime.class);
    ServiceComponentRuntime components = reference == null ? null : context.getService(reference);
    if (components == null) {
      return;
    }
    for (ComponentDescriptionDTO component : components.getComponentDescriptionDTOs(bundle)) {
      if (Set.of(component.serviceInterfaces).contains(UsbDriver.class.getName())) {
        components.getComponentConfigurationDTOs(component).stream()
            .map(BundleTroubles::problem)
            .filter(problem -> !problem.isEmpty())
            .map(problem -> new Fault(FaultKind.START, problem, ""))
            .forEach(fault -> tell(driver(bundle), bundle, fault, UNUSED));
      }
    }
  }

  private static String problem(ComponentConfigurationDTO configured) {
    String name = "component " + configured.description.name;
    return switch (configured.state) {
      case ComponentConfigurationDTO.UNSATISFIED_REFERENCE ->
          name
              + " waits for "
              + String.join(
                  ", ",
                  Stream.of(configured.unsatisfiedReferences)
                      .map(r -> r.target == null ? r.name : r.name + " " + r.target)
                      .toList());
      case ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION ->
          name + " waits for its configuration " + configured.description.configurationPid[0];
      case ComponentConfigurationDTO.FAILED_ACTIVATION ->
          name + " cannot be activated: " + configured.failure.lines().findFirst().orElse("");
      default -> "";
    };
  }

  /** The activator's own exception where there is one: the framework only wraps it. */
  private static Fault fault(FaultKind kind, Throwable thrown) {
    boolean wrapped = thrown instanceof BundleException && thrown.getCause() != null;
    return Fault.of(kind, wrapped ? thrown.getCause() : thrown);
  }

  private void tell(Bundle bundle, FaultKind kind, Throwable thrown, String action) {
    tell(driver(bundle), bundle, fault(kind, thrown), action);
  }

  /** Once for each version of the bundle. */
  private void tell(String driver, Bundle bundle, Fault fault, String action) {
    if (!driver.isEmpty()
        && told.size() < 10_000
        && told.add(bundle.getBundleId() + " " + bundle.getLastModified() + fault.message())) {
      host.record(driver, bundle.getBundleId(), fault, action);
    }
  }

  /** The first driver that a bundle says it has, or empty. */
  static String driver(Bundle bundle) {
    BundleRevision revision = bundle.adapt(BundleRevision.class);
    return revision == null
        ? ""
        : revision.getDeclaredCapabilities(MatchesUsb.NAMESPACE).stream()
            .map(capability -> driver(bundle, capability.getAttributes()))
            .findFirst()
            .orElse("");
  }

  private static String driver(Bundle bundle, Map<String, Object> attributes) {
    Object name = attributes.get("driver");
    return name == null ? String.valueOf(bundle.getSymbolicName()) : name.toString();
  }
}
