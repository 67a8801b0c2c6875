package org.bulkhead.transport.chaos.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.bulkhead.device.transport.Transport;
import org.bulkhead.transport.chaos.Chaos;
import org.bulkhead.transport.chaos.ChaosFault;
import org.bulkhead.transport.chaos.ChaosRule;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.hooks.service.EventListenerHook;
import org.osgi.framework.hooks.service.FindHook;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import org.osgi.service.metatype.annotations.Designate;

/** Puts itself between the framework and all transports. */
@Component(immediate = true, configurationPid = "org.bulkhead.transport.chaos")
@Designate(ocd = ChaosConfig.class)
public final class ChaosService implements Chaos {

  private static final int MOST_WAITS = 6_000;
  private static final long WAIT_NANOS = 10_000_000L;
  private static final String DECORATED = "bulkhead.chaos";

  private final BundleContext context;
  private final Logger log;
  private final Plans plans;
  private final ServiceRegistration<?> hiding;

  /** Transports that somebody may have found before they were hidden. */
  private final Set<ServiceReference<Transport>> earlier = ConcurrentHashMap.newKeySet();

  private final Map<ServiceReference<Transport>, ServiceRegistration<Transport>> decorated =
      new ConcurrentHashMap<>();

  /** Hides transports from now on; those that are there are decorated by reference. */
  @Activate
  public ChaosService(BundleContext context, ChaosConfig config, @Reference LoggerFactory loggers) {
    this.context = context;
    log = loggers.getLogger(ChaosService.class);
    plans =
        new Plans(
            config.ratePerMillion(),
            config.seed(),
            faults(config.faults()),
            Duration.ofMillis(config.delayMillis()));
    String[] hooks = {FindHook.class.getName(), EventListenerHook.class.getName()};
    hiding = context.registerService(hooks, new Hiding(context), null);
    try {
      earlier.addAll(context.getServiceReferences(Transport.class, null));
    } catch (InvalidSyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private List<ChaosFault> faults(String[] names) {
    List<ChaosFault> faults = new ArrayList<>();
    for (String name : names) {
      try {
        faults.add(ChaosFault.valueOf(name.trim().toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException unknown) {
        log.error("faults: there is no fault \"{}\"; it is passed over", name);
      }
    }
    return faults;
  }

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      target = "(!(" + DECORATED + "=true))")
  void addTransport(ServiceReference<Transport> reference, Transport transport) {
    // Others may use it all the same: a simulated bus is a service of two kinds.
    if (earlier.remove(reference) && usedByOthers(reference)) {
      restart(reference.getBundle());
      return;
    }
    decorated.put(
        reference,
        context.registerService(
            Transport.class,
            new ChaosTransport(transport, plans),
            new Hashtable<>(Map.of(DECORATED, true))));
    log.warn("transfers of transport {} may be broken on purpose", transport.name());
  }

  void removeTransport(ServiceReference<Transport> reference) {
    ServiceRegistration<Transport> registration = decorated.remove(reference);
    if (registration != null) {
      try {
        registration.unregister();
      } catch (IllegalStateException stopping) {
        // The framework did it.
      }
    }
  }

  private boolean usedByOthers(ServiceReference<?> reference) {
    Bundle[] using = Objects.requireNonNullElse(reference.getUsingBundles(), new Bundle[0]);
    return Stream.of(using).anyMatch(bundle -> bundle != context.getBundle());
  }

  /** Takes a transport away from whoever had it before it was hidden. */
  private void restart(Bundle transport) {
    Thread restarting =
        new Thread(
            () -> {
              try {
                awaitStartLevel(transport);
                transport.stop(Bundle.STOP_TRANSIENT);
                transport.start(Bundle.START_TRANSIENT);
              } catch (BundleException | IllegalStateException failed) {
                log.error("{} cannot be restarted, and stays as it is", transport, failed);
              }
            },
            "chaos-restart");
    restarting.setDaemon(true);
    restarting.start();
  }

  /**
   * While the framework is on its way to a bundle's level, the bundle could not be started again.
   */
  private void awaitStartLevel(Bundle transport) {
    FrameworkStartLevel reached = context.getBundle(0).adapt(FrameworkStartLevel.class);
    int needed = transport.adapt(BundleStartLevel.class).getStartLevel();
    for (int i = 0; i < MOST_WAITS && reached.getStartLevel() < needed; i++) {
      LockSupport.parkNanos(WAIT_NANOS);
    }
  }

  /** The transports are found again, by whoever looks after this; they are restarted for that. */
  @Deactivate
  void close() {
    try {
      hiding.unregister();
    } catch (IllegalStateException stopping) {
      return;
    }
    if (context.getBundle(0).getState() == Bundle.ACTIVE) {
      decorated.keySet().forEach(reference -> restart(reference.getBundle()));
    }
  }

  @Override
  public Armed arm(ChaosRule rule) {
    return plans.arm(rule);
  }

  @Override
  public Map<ChaosFault, Long> struck() {
    return plans.struck();
  }

  @Override
  public void clear() {
    plans.clear();
  }
}
