package org.bulkhead.campaign.internal.worker;

import java.lang.reflect.Method;
import org.bulkhead.campaign.internal.mutant.Mutant;
import org.bulkhead.campaign.internal.plan.Planned;
import org.bulkhead.transport.chaos.Chaos;
import org.bulkhead.transport.chaos.ChaosFault;
import org.bulkhead.transport.chaos.ChaosRule;
import org.osgi.framework.Bundle;

/** Arms the faults of one driver: in its code, or in the transfers of its device. */
final class Armament {

  private static final java.time.Duration DELAY = java.time.Duration.ofMillis(10);

  private final Bundle driver;
  private final String location;
  private final Chaos chaos;
  private Class<?> mutant;
  private volatile Chaos.Armed rule;
  private volatile boolean code;

  /** When a transfer was last struck by a rule before the present one. */
  private volatile long struckBefore;

  Armament(Bundle driver, String location, Chaos chaos) {
    this.driver = driver;
    this.location = location;
    this.chaos = chaos;
    load();
  }

  /** The driver's own copy of {@link Mutant}; another one after its bundle was updated. */
  void load() {
    try {
      mutant = driver.loadClass(Mutant.class.getName());
    } catch (ClassNotFoundException notMutated) {
      throw new IllegalStateException(driver + " is not mutated", notMutated);
    }
  }

  void arm(Planned fault) {
    struckBefore = lastStruckAt();
    if (fault.chaos().isEmpty()) {
      code = true;
      rule = null;
      call("arm", fault.target(), fault.skip(), fault.count());
    } else {
      code = false;
      rule =
          chaos.arm(
              new ChaosRule(
                  location,
                  fault.target(),
                  ChaosFault.valueOf(fault.chaos()),
                  fault.skip(),
                  fault.count(),
                  DELAY));
    }
  }

  /** From any thread. */
  void disarm() {
    if (code) {
      call("disarm");
    }
    Chaos.Armed armed = rule;
    if (armed != null) {
      armed.close();
    }
  }

  boolean fired() {
    return code ? (int) call("fired") > 0 : rule != null && rule.struck() > 0;
  }

  /** When it went wrong first; 0 where it has not. */
  long firedAt() {
    Chaos.Armed armed = rule;
    return code ? (long) call("firedAt") : armed == null ? 0 : armed.firstStruckNanos();
  }

  /** When a transfer of the device was last struck, by this fault or one before; 0 for never. */
  private long lastStruckAt() {
    Chaos.Armed armed = rule;
    return armed == null || armed.struck() == 0 ? struckBefore : armed.lastStruckNanos();
  }

  /** When the driver's present life began, by which lives are told apart. */
  long lifeSince() {
    return (long) call("lifeSince");
  }

  /** What went wrong last, and no earlier than a moment. */
  Cause since(long nanos) {
    long inCode = (long) call("lastFiredAt");
    long onBus = lastStruckAt();
    boolean byCode = inCode != 0 && inCode - nanos >= 0;
    boolean byBus = onBus != 0 && onBus - nanos >= 0;
    if (byCode && byBus) {
      return inCode - onBus > 0 ? Cause.DRIVER : Cause.BUS;
    }
    return byCode ? Cause.DRIVER : byBus ? Cause.BUS : Cause.FRAMEWORK;
  }

  private Object call(String name, Object... arguments) {
    Class<?>[] types = new Class<?>[arguments.length];
    java.util.Arrays.fill(types, int.class);
    try {
      Method method = mutant.getMethod(name, types);
      return method.invoke(null, arguments);
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
