package org.bulkhead.campaign.internal.parent;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bulkhead.campaign.internal.plan.Plan;

/** Counts. Thread-safe: whoever writes a report of it holds its monitor. */
public final class Tally {

  private static final int NAMED = 400;
  private static final double ENOUGH = 0.999;

  final Row all = new Row();
  final Map<String, Row> byKind = new TreeMap<>();
  final Map<String, Row> byDriver = new TreeMap<>();

  /** By what the framework took it for. */
  final Map<String, Row> bySeen = new TreeMap<>();

  final Permanents permanents = new Permanents();
  final WrongData wrong = new WrongData();
  final WitnessTimes witness;
  final List<String> named = new ArrayList<>();
  final Map<String, Integer> silentBy = new TreeMap<>();
  int deaths;
  int effects;
  int updates;
  int complaints;
  int unprovoked;
  int late;
  int twice;
  private final Plan plan;

  Tally(Plan plan, WitnessTimes witness) {
    this.plan = plan;
    this.witness = witness;
  }

  synchronized void add(Result result) {
    String kind = plan.kind(result.fault());
    String driver = result.fault().driver();
    all.add(result);
    byKind.computeIfAbsent(kind, k -> new Row()).add(result);
    byDriver.computeIfAbsent(driver, d -> new Row()).add(result);
    if (result.has('D')) {
      bySeen.computeIfAbsent(result.kind(), k -> new Row()).add(result);
    }
    permanents.add(result);
    wrong.add(result);
    updates += result.has('U') ? 1 : 0;
    complaints += result.has('C') ? 1 : 0;
    unprovoked += result.has('F') ? 1 : 0;
    late += result.has('L') ? 1 : 0;
    twice += result.has('2') ? 1 : 0;
    if (result.isSilent()) {
      String what = result.fault().chaos().isEmpty() ? "driver errs" : kind;
      silentBy.merge(
          "%s, %s: %s"
              .formatted(
                  driver.substring(driver.lastIndexOf('.') + 1),
                  what,
                  result.note().replaceAll("\\d+ baud", "another rate")),
          1,
          Integer::sum);
    }
    boolean certain = result.has('E') || result.has('f');
    boolean odd = result.has('U') || result.has('F') || result.has('L') || isUnmended(result);
    // What escaped is named however many lines there are.
    if (certain || odd && named.size() < NAMED) {
      named.add(
          "%s %s; seen as %s: %s"
              .formatted(
                  result.flags(), plan.describe(result.fault()), result.kind(), result.note()));
    }
  }

  /** Permanent and not given up, or noticed and not mended by the framework alone. */
  private static boolean isUnmended(Result result) {
    return result.has('M')
        && (result.permanent() ? !result.has('Q') : !result.isSilent() && !result.isMendedAlone());
  }

  synchronized void death(String how) {
    deaths++;
    named.add("HOST " + how);
  }

  synchronized void effect(String what) {
    effects++;
    named.add("OTHER COMPARTMENT " + what);
  }

  /** Calls of the witness, as it tells of them. */
  synchronized void witness(String micros) {
    String slow = witness.add(micros);
    if (!slow.isEmpty()) {
      effect(slow);
    }
  }

  /** How many faults have been injected. */
  public synchronized int injected() {
    return all.injected;
  }

  /** How many of them had an effect. */
  public synchronized int manifested() {
    return all.manifested;
  }

  /** How many of those were escapes. */
  public synchronized int escaped() {
    return all.escaped + effects;
  }

  /** How often the host died or hung. */
  public synchronized int deaths() {
    return deaths;
  }

  /** How often a device did twice what was asked for once. */
  public synchronized int twice() {
    return twice;
  }

  /** Faults under which the framework itself made data wrong, or lost it. */
  public synchronized int wrongByFramework() {
    return wrong.byFramework();
  }

  /** How many transient faults were noticed by the framework or told to an application. */
  public synchronized int noticed() {
    return all.noticed;
  }

  /** The part of those that were mended; 1 where there were none. */
  public synchronized double mended() {
    return part(all.mended);
  }

  /** The part of those that the framework mended alone. */
  public synchronized double mendedAlone() {
    return part(all.mendedAlone);
  }

  private double part(int of) {
    return all.noticed == 0 ? 1 : (double) of / all.noticed;
  }

  /** Time to recovery that so much of all stay within, in ms. */
  public synchronized double recoveryMillis(double part) {
    return all.recovery.millis(part);
  }

  /** The same of detection, of what the framework took for one kind; NaN where nothing was. */
  public synchronized double detectionMillis(String kind, double part) {
    Row row = bySeen.get(kind);
    return row == null ? Double.NaN : row.detection.millis(part);
  }

  /** Whether the promise was kept. */
  public synchronized boolean kept() {
    return all.escaped == 0
        && deaths == 0
        && effects == 0
        && wrong.byFramework() == 0
        && permanents.withoutReason() == 0
        && mended() >= ENOUGH;
  }

  /** One line on how far it is. */
  synchronized String progress() {
    return "injected %,d, activated %,d, manifested %,d, detected %,d, silent %,d, escaped %,d"
        .formatted(
            all.injected, all.activated, all.manifested, all.detected, all.silent, all.escaped);
  }

  /** The tables, as Markdown. */
  public synchronized String text() {
    return new Text(this).toString();
  }

  /** The same as JSON. */
  public synchronized String json(long seed, boolean finished, long seconds) {
    return Json.of(this, seed, finished, seconds);
  }
}
