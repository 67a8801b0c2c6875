package org.bulkhead.testkit.internal;

import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The framework's threads that were started since this was made. */
public final class Threads {

  private static final Predicate<String> OURS =
      Pattern.compile("(driver|compartment|supervisor|input)-\\d+|publisher|bulkhead-sim-bus")
          .asMatchPredicate();

  private final Set<Thread> before = alive();

  private static Set<Thread> alive() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> OURS.test(thread.getName()))
        .collect(Collectors.toSet());
  }

  private Set<Thread> left() {
    Set<Thread> left = alive();
    left.removeAll(before);
    return left;
  }

  /** Whether all of them have ended. */
  public boolean ended() {
    return left().isEmpty();
  }

  @Override
  public String toString() {
    return left().toString();
  }
}
