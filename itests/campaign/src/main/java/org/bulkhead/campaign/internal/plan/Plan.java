package org.bulkhead.campaign.internal.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.bulkhead.campaign.internal.mutate.Point;

/**
 * Which faults there are: by the seed and the number of the fault alone, so that it does not matter
 * in which order they are injected, and a fault can be repeated by itself.
 */
public final class Plan {

  /** A fault that lasts as long as it is armed. */
  public static final int FOR_EVER = Integer.MAX_VALUE;

  private static final int CHAOS_PERCENT = 25;
  private static final int ATTACH_PERCENT = 10;
  private static final int PERMANENT_PERCENT = 1;

  /** Time-outs take hundreds of times as long as the others, so there are fewer of them. */
  private static final int TIMEOUT_PERCENT = 2;

  private static final List<String> CHAOS =
      List.of(
          "STALL", "SHORT", "BABBLE", "ERROR", "DUPLICATE", "LATE", "CORRUPT", "REORDER", "UNPLUG");

  private final long seed;
  private final Map<String, Subject> subjects;
  private final Map<String, List<Point>> points;

  /** Whose fault each number is, over and over. */
  private final List<String> turns = new ArrayList<>();

  /**
   * A plan.
   *
   * @param points of each driver
   */
  public Plan(long seed, Map<String, List<Point>> points, Map<String, Subject> subjects) {
    this.seed = seed;
    this.points = points;
    this.subjects = subjects;
    subjects.forEach(
        (driver, subject) -> turns.addAll(Collections.nCopies(subject.share(), driver)));
    Collections.shuffle(turns, new Random(seed));
  }

  /** The number of the first fault of a driver after one. */
  public int following(String driver, int index) {
    int next = index + 1;
    while (!driver(next).equals(driver)) {
      next++;
    }
    return next;
  }

  private String driver(int index) {
    return turns.get(index % turns.size());
  }

  /** A fault. */
  public Planned fault(int index) {
    SplittableRandom random = new SplittableRandom(seed * 0x9e3779b97f4a7c15L + index);
    // A generator's first numbers of neighbouring seeds are alike.
    random.nextLong();
    String driver = driver(index);
    boolean permanent = random.nextInt(100) < PERMANENT_PERCENT;
    boolean attach = random.nextInt(100) < ATTACH_PERCENT;
    int skip = random.nextBoolean() ? 0 : random.nextInt(attach ? 4 : 12);
    int count = permanent || random.nextInt(3) == 0 ? FOR_EVER : 1 + random.nextInt(3);
    if (random.nextInt(100) < CHAOS_PERCENT) {
      List<Integer> addresses = subjects.get(driver).endpoints();
      int address = addresses.get(random.nextInt(addresses.size()));
      String chaos =
          random.nextInt(100) < TIMEOUT_PERCENT
              ? "TIMEOUT"
              : CHAOS.get(random.nextInt(CHAOS.size()));
      return new Planned(index, driver, chaos, address, skip, count, attach, permanent);
    }
    List<Point> choice = points.get(driver);
    int point = choice.get(random.nextInt(choice.size())).id();
    return new Planned(index, driver, "", point, skip, count, attach, permanent);
  }

  /** What kind of fault it is, for the table. */
  public String kind(Planned fault) {
    return fault.chaos().isEmpty()
        ? point(fault).operator().label()
        : "bus: " + fault.chaos().toLowerCase(java.util.Locale.ROOT);
  }

  /** Which fault it is, for people. */
  public String describe(Planned fault) {
    String what =
        fault.chaos().isEmpty()
            ? point(fault).where()
            : "endpoint 0x" + Integer.toHexString(fault.target());
    return "%d: %s, %s at %s, skip %d, count %s%s%s"
        .formatted(
            fault.index(),
            fault.driver(),
            kind(fault),
            what,
            fault.skip(),
            fault.count() == FOR_EVER ? "all" : fault.count(),
            fault.attach() ? ", while attaching" : "",
            fault.permanent() ? ", permanent" : "");
  }

  private Point point(Planned fault) {
    return points.get(fault.driver()).stream()
        .filter(p -> p.id() == fault.target())
        .findFirst()
        .orElseThrow();
  }
}
