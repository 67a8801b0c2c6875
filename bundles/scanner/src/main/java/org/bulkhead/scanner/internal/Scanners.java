package org.bulkhead.scanner.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.bulkhead.device.contract.SessionProperties;
import org.bulkhead.device.input.InputListener;
import org.bulkhead.device.input.KeyboardLayout;
import org.bulkhead.device.input.ScanListener;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;

/**
 * The scanner view: registers an input listener for each scan listener, so that each has the queue
 * and the thread that the framework gives to input listeners. It has no threads of its own.
 */
@Component(service = Scanners.class, immediate = true, configurationPid = "org.bulkhead.scanner")
@Designate(ocd = ScannerConfig.class)
public final class Scanners {

  private static final Map<String, String> SUFFIXES = Map.of("enter", "\n", "tab", "\t");

  private final BundleContext context;
  private final List<ScannerRule> rules = new ArrayList<>();
  private final Set<String> suffixes = new HashSet<>();
  private final Duration timeout;
  private final Map<ServiceReference<ScanListener>, ServiceRegistration<InputListener>> views =
      new ConcurrentHashMap<>();

  /**
   * Reads the configuration.
   *
   * @throws IllegalArgumentException names what is wrong in it
   */
  @Activate
  public Scanners(BundleContext context, ScannerConfig config) {
    this.context = context;
    KeyboardLayout layout = KeyboardLayout.named(config.layout());
    for (String entry : words(config.scanners())) {
      rules.add(ScannerRule.parse(entry, layout));
    }
    for (String suffix : words(config.suffixes())) {
      if (!SUFFIXES.containsKey(suffix)) {
        throw new IllegalArgumentException("suffixes: \"" + suffix + "\" is neither enter nor tab");
      }
      suffixes.add(SUFFIXES.get(suffix));
    }
    timeout = Duration.ofMillis(config.timeoutMillis());
  }

  /** A configuration file gives its list as one text. */
  private static List<String> words(String[] lists) {
    return Stream.of(lists)
        .flatMap(list -> Stream.of(list.split(",")))
        .map(String::trim)
        .filter(word -> !word.isEmpty())
        .toList();
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addScanListener(ServiceReference<ScanListener> reference, ScanListener listener) {
    views.put(
        reference,
        context.registerService(
            InputListener.class,
            new ScanView(listener, rules, suffixes, timeout),
            properties(reference)));
  }

  void updatedScanListener(ServiceReference<ScanListener> reference) {
    views.get(reference).setProperties(properties(reference));
  }

  void removeScanListener(ServiceReference<ScanListener> reference) {
    views.remove(reference).unregister();
  }

  private static Dictionary<String, Object> properties(ServiceReference<ScanListener> reference) {
    Dictionary<String, Object> properties = new Hashtable<>();
    Object location = reference.getProperty(SessionProperties.LOCATION);
    if (location != null) {
      properties.put(SessionProperties.LOCATION, location);
    }
    return properties;
  }
}
