package org.bulkhead.framework.internal.compartment;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bulkhead.framework.admin.Rung;
import org.bulkhead.framework.admin.RungInfo;

/** What a driver, in all of its compartments, has done wrong and what helped. Thread-safe. */
public final class Tally {

  private static final class Counts {
    long tried;
    long succeeded;
    long failed;
    long impossible;
  }

  private final Map<String, Long> kinds = new TreeMap<>();
  private final Map<Rung, Counts> rungs = new EnumMap<>(Rung.class);

  synchronized void fault(String kind) {
    kinds.merge(kind, 1L, Long::sum);
  }

  synchronized void tried(Rung rung) {
    counts(rung).tried++;
  }

  synchronized void succeeded(Rung rung) {
    counts(rung).succeeded++;
  }

  synchronized void failed(Rung rung) {
    counts(rung).failed++;
  }

  synchronized void impossible(Rung rung) {
    counts(rung).impossible++;
  }

  private Counts counts(Rung rung) {
    return rungs.computeIfAbsent(rung, r -> new Counts());
  }

  /** Faults by class. */
  public synchronized Map<String, Long> faults() {
    return new TreeMap<>(kinds);
  }

  /** The rungs that were climbed. */
  public synchronized List<RungInfo> ladder() {
    List<RungInfo> infos = new ArrayList<>();
    rungs.forEach(
        (rung, c) -> infos.add(new RungInfo(rung, c.tried, c.succeeded, c.failed, c.impossible)));
    return infos;
  }
}
