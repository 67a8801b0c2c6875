package org.bulkhead.benchmarks.usb;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What is the same on every machine: nothing is allocated, libusb is called as often as by C, and
 * the time is not another order of magnitude.
 */
final class Check {

  /** For what is left of a run that is not its steady state, such as a deoptimisation. */
  private static final long ALLOCATED_BYTES = 16_384;

  /** A reader's end cancels what is in flight; the event thread also wakes for other reasons. */
  private static final int STRAY = 20;

  private static final double LEAST_OF_C = 0.20;
  private static final int MILLIS = 500;

  private final List<String> wrong = new ArrayList<>();
  private final Child c;
  private final Child ours;

  Check(Map<String, Child> children) {
    c = children.get(Point.C);
    ours = children.get(Point.OURS);
  }

  /** What is wrong, nothing where all is well. */
  List<String> run() throws java.io.IOException {
    for (String mode : List.of("sync", "async", "handler", "stream")) {
      Command command = new Command(mode, 16 << 10, mode.equals("sync") ? 1 : 8, MILLIS);
      Command same =
          new Command(
              mode.equals("sync") ? "sync" : "async", command.size(), command.depth(), MILLIS);
      // Until all is compiled.
      ours.run(command);
      ours.run(command);
      Sample reference = c.run(same);
      compare(mode, ours.run(command), reference);
    }
    return wrong;
  }

  private void compare(String mode, Sample sample, Sample reference) {
    System.out.printf(
        Locale.ROOT,
        "%s: %d transfers, %d bytes allocated; per transfer %.2f ioctls (C %.2f), %.2f polls"
            + " (C %.2f); %.0f %% of the rate of C%n",
        mode,
        sample.transfers(),
        sample.allocatedBytes(),
        sample.ioctlsPerTransfer(),
        reference.ioctlsPerTransfer(),
        sample.pollsPerTransfer(),
        reference.pollsPerTransfer(),
        100 * sample.megabytesPerSecond() / reference.megabytesPerSecond());
    expect(sample.transfers() > 100, mode + " moves next to nothing");
    expect(
        sample.allocatedBytes() <= ALLOCATED_BYTES,
        mode + " allocates " + sample.allocatedBytes() + " bytes");
    expect(sample.calls().otherIoctls() <= STRAY, mode + " makes ioctls beside submit and reap");
    expect(
        sample.calls().submits() - sample.transfers() <= STRAY,
        mode + " does not submit once each");
    expect(sample.calls().reaps() - sample.transfers() <= STRAY, mode + " does not reap once each");
    // libusb reaps until it finds nothing: how often that is, for how many transfers, is chance.
    expect(
        sample.calls().emptyReaps() <= sample.transfers() + STRAY,
        mode + " reaps more often than C at its worst");
    expect(
        sample.calls().polls() <= sample.transfers() + STRAY,
        mode + " polls more often than C at its worst");
    expect(sample.calls().timers() <= STRAY, mode + " sets libusb's timer for each transfer");
    expect(
        sample.megabytesPerSecond() >= reference.megabytesPerSecond() * LEAST_OF_C,
        mode + " is slower than a fifth of C");
  }

  private void expect(boolean right, String otherwise) {
    if (!right) {
      wrong.add(otherwise);
    }
  }
}
