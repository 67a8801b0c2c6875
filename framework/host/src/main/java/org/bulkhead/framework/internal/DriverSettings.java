package org.bulkhead.framework.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bulkhead.framework.admin.Probation;
import org.bulkhead.framework.admin.Rung;
import org.bulkhead.framework.internal.compartment.Budget;
import org.bulkhead.framework.internal.compartment.Limits;
import org.bulkhead.framework.internal.compartment.Sustained;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import org.osgi.service.metatype.annotations.Designate;

/**
 * What one driver's file of settings says. A value that is no use is an error in the log, and the
 * gateway's own value stands in.
 */
@Component(
    service = DriverSettings.class,
    configurationPid = DriverSettings.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = DriverConfig.class, factory = true)
public final class DriverSettings {

  static final String PID = "org.bulkhead.framework.driver";

  private static final Set<String> KNOWN =
      Stream.of(DriverConfig.class.getDeclaredMethods())
          .map(java.lang.reflect.Method::getName)
          .collect(Collectors.toCollection(TreeSet::new));

  private static final Set<String> MAY_BE_ZERO =
      Set.of(
          "restartIntensity",
          "backoffMillis",
          "backoffMaxMillis",
          "allocationMebibytes",
          "cpuMillis",
          "errorsPerSecond",
          "cpuPercent",
          "allocationMebibytesPerSecond",
          "probationSeconds",
          "probationCalls");

  private final String driver;
  private final String file;
  private final Logger log;
  private final Map<String, Integer> numbers = new HashMap<>();
  private final List<Rung> ladder;

  /** Reads the properties, whatever they are. */
  @Activate
  public DriverSettings(Map<String, Object> properties, @Reference LoggerFactory loggers) {
    log = loggers.getLogger("gateway");
    String pid = String.valueOf(properties.get("service.pid"));
    driver = pid.startsWith(PID + "~") ? pid.substring(PID.length() + 1) : "";
    // File Install takes what is behind the first hyphen for the name.
    file = "etc/" + PID + "-" + driver + ".cfg";
    if (driver.isEmpty()) {
      log.error("settings {} name no driver: call the file etc/{}-<driver>.cfg", pid, PID);
    }
    properties.keySet().stream()
        .filter(key -> !KNOWN.contains(key) && key.indexOf('.') < 0)
        .forEach(key -> log.error("{}: there is no setting {}; there are {}", file, key, KNOWN));
    for (String name : KNOWN) {
      Object value = properties.get(name);
      if (value != null && !name.equals("ladder")) {
        number(name, String.valueOf(value).strip());
      }
    }
    ladder = ladder(properties.get("ladder"));
  }

  private void number(String name, String text) {
    int least = MAY_BE_ZERO.contains(name) ? 0 : 1;
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= 86_400_000) {
        numbers.put(name, value);
        return;
      }
    } catch (NumberFormatException words) {
      // Told below.
    }
    log.error(
        "{}: {} = {} is no whole number from {} to 86400000; the gateway's own value is used",
        file,
        name,
        text,
        least);
  }

  private List<Rung> ladder(Object value) {
    if (value == null) {
      return null;
    }
    try {
      return parseLadder(
          value instanceof String[] words ? words : String.valueOf(value).split(","));
    } catch (IllegalArgumentException unknown) {
      log.error("{}: ladder: {}; the gateway's own is used", file, unknown.getMessage());
      return null;
    }
  }

  /** A ladder from words such as {@code restart} and {@code clear-halts}. */
  static List<Rung> parseLadder(String... words) {
    List<Rung> rungs = new ArrayList<>();
    for (String word : words) {
      if (!word.isBlank()) {
        rungs.add(Rung.named(word));
      }
    }
    return List.copyOf(rungs);
  }

  /** The driver that it is about. */
  String driver() {
    return driver;
  }

  /** The limits of the driver, from the gateway's own. */
  Limits over(Limits gateway) {
    return new Limits(
        millis("callDeadlineMillis", gateway.call()),
        millis("attachDeadlineMillis", gateway.attach()),
        millis("detachDeadlineMillis", gateway.detach()),
        gateway.teardown(),
        numbers.getOrDefault("restartIntensity", gateway.intensity()),
        seconds("restartPeriodSeconds", gateway.period()),
        millis("backoffMillis", gateway.backoff()),
        millis("backoffMaxMillis", gateway.backoffMax()),
        gateway.updateWait(),
        seconds("stableSeconds", gateway.stable()),
        ladder == null ? gateway.ladder() : ladder,
        new Budget(
            numbers.containsKey("allocationMebibytes")
                ? (long) numbers.get("allocationMebibytes") << 20
                : gateway.budget().allocatedBytes(),
            millis("cpuMillis", gateway.budget().cpu()),
            numbers.getOrDefault("errorsPerSecond", gateway.budget().errorsPerSecond()),
            over(gateway.budget().sustained())));
  }

  private Sustained over(Sustained gateway) {
    return new Sustained(
        seconds("budgetSeconds", gateway.window()),
        numbers.getOrDefault("cpuPercent", gateway.cpuPercent()),
        numbers.containsKey("allocationMebibytesPerSecond")
            ? (long) numbers.get("allocationMebibytesPerSecond") << 20
            : gateway.allocatedPerSecond());
  }

  /** The probation of the driver, from the gateway's own. */
  Probation over(Probation gateway) {
    return new Probation(
        seconds("probationSeconds", gateway.time()),
        numbers.containsKey("probationCalls") ? numbers.get("probationCalls") : gateway.calls());
  }

  private Duration millis(String name, Duration otherwise) {
    return numbers.containsKey(name) ? Duration.ofMillis(numbers.get(name)) : otherwise;
  }

  private Duration seconds(String name, Duration otherwise) {
    return numbers.containsKey(name) ? Duration.ofSeconds(numbers.get(name)) : otherwise;
  }
}
