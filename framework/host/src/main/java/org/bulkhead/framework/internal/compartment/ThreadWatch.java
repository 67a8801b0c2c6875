package org.bulkhead.framework.internal.compartment;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.bulkhead.framework.internal.weave.StopSwitch;

/**
 * Looks for threads that drivers started in some way that no guard saw, while those drivers live.
 * Only threads that are new can be such, and a new one is looked at twice, as it may have no frames
 * at first: while nobody starts a thread, a look takes a list of numbers and not one stack.
 */
final class ThreadWatch {

  private static final Duration EVERY = Duration.ofSeconds(3);
  private static final int LOOKS = 2;

  private final Host host;
  private final Collection<Compartment> compartments;
  private Map<Long, Integer> looks = Map.of();
  private Set<Incarnation> lives = Set.of();

  ThreadWatch(Host host, Collection<Compartment> compartments) {
    this.host = host;
    this.compartments = compartments;
  }

  /** Begins, by a clock whose thread is not kept waiting. */
  void begin(ScheduledExecutorService clock) {
    clock.scheduleWithFixedDelay(
        this::look, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void look() {
    Set<Long> fresh = fresh();
    List<Incarnation> older = olderThanTheLastLook();
    if (!fresh.isEmpty() && !older.isEmpty()) {
      host.later(() -> look(fresh, older));
    }
  }

  private Set<Long> fresh() {
    Set<Long> fresh = new HashSet<>();
    Map<Long, Integer> now = new HashMap<>();
    for (long id : ThreadMeter.ids()) {
      int before = looks.getOrDefault(id, 0);
      now.put(id, Math.min(before + 1, LOOKS));
      if (before < LOOKS) {
        fresh.add(id);
      }
    }
    looks = now;
    return fresh;
  }

  /** What a life leaves behind is found soon after it, and is not to be blamed on the next one. */
  private List<Incarnation> olderThanTheLastLook() {
    Set<Incarnation> now = Collections.newSetFromMap(new WeakHashMap<>());
    List<Incarnation> older = new ArrayList<>();
    for (Compartment compartment : compartments) {
      Incarnation life = compartment.incarnation();
      if (life != null && compartment.loader() != null) {
        now.add(life);
        if (lives.contains(life)) {
          older.add(life);
        }
      }
    }
    lives = now;
    return older;
  }

  /** On a thread that may wait: it asks class loaders. */
  private static void look(Set<Long> fresh, List<Incarnation> older) {
    Map<Thread, StackTraceElement[]> stacks = Thread.getAllStackTraces();
    stacks.keySet().removeIf(thread -> !fresh.contains(thread.getId()));
    Set<ClassLoader> done = new HashSet<>();
    for (Incarnation life : older) {
      ClassLoader loader = life.compartment().loader();
      if (loader != null && done.add(loader)) {
        StopSwitch stop = StopSwitch.of(loader);
        // Those that are being ended already are what a life before left.
        new Leftovers(loader)
            .find(stacks).stream()
                .filter(thread -> !stop.isCondemned(thread))
                .findFirst()
                .ifPresent(thread -> life.compartment().started(life, thread));
      }
    }
  }
}
