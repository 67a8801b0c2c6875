package org.bulkhead.transport.replay.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bulkhead.device.transport.TransportListener;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.bulkhead.transport.replay.internal.Step.Played;

/**
 * Plays one device of a trace. What a driver submits is matched, endpoint by endpoint, with what
 * was submitted when the trace was recorded; an end is played once everything that the trace has
 * before it has happened. State is guarded by the player's monitor; completions are called without
 * it.
 */
public final class Player {

  private static final int STANDARD_IN = 0x80;
  private static final int GET_DESCRIPTOR = 6;

  /** Something that the trace says happened. */
  private record Moment(Step step, boolean end) {}

  final TraceFile.Recorded recorded;
  final String location;
  final int address;
  final EventThread thread;
  private final ReplayDevice device;
  private final List<Moment> moments = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private final Map<Integer, Integer> gapsPassed = new HashMap<>();
  private final List<String> remarks = new ArrayList<>();
  private final List<ReplayTransfer> inFlight = new ArrayList<>();
  private int position;
  private String mismatch = "";
  private boolean gone;
  private boolean told;

  /** A device that is not plugged in yet. */
  public Player(TraceFile.Recorded recorded, String location, int address, EventThread thread) {
    this.recorded = recorded;
    this.location = location;
    this.address = Math.min(address, 127);
    this.thread = thread;
    this.device = new ReplayDevice(this);
    Map<Long, Step> open = new HashMap<>();
    int gaps = 0;
    for (UsbEvent event : recorded.events) {
      if (event.type() == TransferType.ISOCHRONOUS) {
        continue;
      }
      if (event.event() == 'S') {
        gaps += event.comment().startsWith(TraceFile.GAP) ? 1 : 0;
        Step step = new Step(event, gaps);
        open.put(event.id(), step);
        steps.add(step);
        moments.add(new Moment(step, false));
      } else {
        Step step = open.remove(event.id());
        if (step != null) {
          step.end = event;
          moments.add(new Moment(step, true));
        }
      }
    }
  }

  /** What a driver did that was not recorded, or empty. */
  public synchronized String mismatch() {
    return mismatch;
  }

  /** What could not be played as it was. */
  public synchronized List<String> remarks() {
    return List.copyOf(remarks);
  }

  /** Where it is in its trace. */
  public synchronized String progress() {
    if (position >= moments.size()) {
      return recorded.file + ": played to its end";
    }
    Moment next = moments.get(position);
    return recorded.file
        + (next.end ? ": waits for the end of packet " : ": waits for the driver to do packet ")
        + next.step.submit.packet()
        + ", "
        + next.step;
  }

  void arrive(TransportListener listener) {
    listener.arrived(device);
  }

  synchronized void depart() {
    gone = true;
  }

  synchronized boolean isGone() {
    return gone;
  }

  // ---- what drivers do ------------------------------------------------------------------------

  /** Finds what was recorded in the place of this transfer, and begins to play it. */
  synchronized void submit(ReplayTransfer transfer, byte[] setup, int length, byte[] sent)
      throws UsbException {
    Step step = match(transfer.endpoint, setup, length, sent);
    if (step == null && answered(transfer, setup)) {
      transfer.begin();
    } else if (step == null) {
      beyond(transfer.endpoint, setup, length, sent);
      transfer.begin();
    } else {
      begin(transfer, step);
    }
    inFlight.add(transfer);
    thread.wake();
  }

  private void begin(ReplayTransfer transfer, Step step) throws UsbException {
    if (step.end != null && step.end.event() == 'E') {
      step.played = Played.DONE;
      throw failure(step.end);
    }
    int capacity = transfer.capacity();
    if (step.submit.reads() && step.end != null && step.end.length() > capacity) {
      throw derail(
          "packet %d: %d bytes were received, the driver asks for %d"
              .formatted(step.end.packet(), step.end.length(), capacity));
    }
    step.played = Played.IN_FLIGHT;
    step.transfer = transfer;
    transfer.begin();
  }

  /** A request that the transport makes by itself, and that has no data. */
  synchronized void request(int requestType, int request, int value, int index)
      throws UsbException {
    byte[] setup = {
      (byte) requestType,
      (byte) request,
      (byte) value,
      (byte) (value >> 8),
      (byte) index,
      (byte) (index >> 8),
      0,
      0
    };
    Step step = match(0, setup, 0, new byte[0]);
    if (step == null) {
      beyond(0, setup, 0, new byte[0]);
      return;
    }
    step.played = Played.DONE;
    thread.wake();
    if (step.end != null && step.end.end() != TransferStatus.COMPLETED) {
      throw failure(step.end);
    }
  }

  private UsbException failure(UsbEvent end) {
    Kind kind = end.end() == TransferStatus.COMPLETED ? Kind.FAULT : end.end().kind();
    return new UsbException(
        kind, location + ": failed so in packet " + end.packet() + " of " + recorded.file);
  }

  /** The step that these bytes are; null where the trace has none left for the endpoint. */
  private Step match(int endpoint, byte[] setup, int length, byte[] sent) throws UsbException {
    if (gone) {
      throw disconnected();
    }
    if (!mismatch.isEmpty()) {
      throw new UsbException(Kind.FAULT, mismatch);
    }
    Step expected = null;
    List<Step> skipped = new ArrayList<>();
    for (Step step : steps) {
      if (step.played != Played.NOT_YET || step.endpoint() != endpoint) {
        continue;
      }
      if (step.matches(setup, length, sent)) {
        skipped.forEach(s -> s.played = Played.DONE);
        gapsPassed.put(endpoint, step.gaps);
        return step;
      }
      expected = expected == null ? step : expected;
      // The kernel reads strings by itself; after a gap nobody knows where the driver is.
      boolean kernels = step.isStandard(STANDARD_IN, GET_DESCRIPTOR);
      boolean afterGap = step.gaps > gapsPassed.getOrDefault(endpoint, 0);
      if (!kernels && !afterGap) {
        break;
      }
      skipped.add(step);
    }
    boolean descriptor = setup != null && isDescriptor(setup);
    if (expected == null || skipped.contains(expected) && onlyDescriptors(skipped) || descriptor) {
      return null;
    }
    throw derail(
        "packet %d: expected %s; the driver did %s"
            .formatted(
                expected.submit.packet(), expected, Step.describe(endpoint, setup, length, sent)));
  }

  private static boolean onlyDescriptors(List<Step> steps) {
    return steps.stream().allMatch(s -> s.isStandard(STANDARD_IN, GET_DESCRIPTOR));
  }

  private static boolean isDescriptor(byte[] setup) {
    return setup[0] == (byte) STANDARD_IN && setup[1] == GET_DESCRIPTOR;
  }

  private UsbException derail(String what) {
    mismatch = location + ": " + recorded.file + ", " + what;
    return new UsbException(Kind.FAULT, mismatch);
  }

  UsbException disconnected() {
    return new UsbException(
        Kind.DISCONNECTED, location + " is unplugged: the trace " + recorded.file + " has ended");
  }

  /** A descriptor that the kernel read before the driver came may be asked for at any time. */
  private boolean answered(ReplayTransfer transfer, byte[] setup) {
    if (setup == null || !isDescriptor(setup)) {
      return false;
    }
    byte[] answer = recorded.descriptors.get((setup[3] & 0xff) << 8 | setup[2] & 0xff);
    int asked = (setup[6] & 0xff) | (setup[7] & 0xff) << 8;
    transfer.answer = answer == null ? null : Arrays.copyOf(answer, Math.min(answer.length, asked));
    transfer.answered = true;
    return true;
  }

  /** The trace has no more for an endpoint: a device that waits to be read waits for ever. */
  private void beyond(int endpoint, byte[] setup, int length, byte[] sent) throws UsbException {
    boolean over = steps.stream().allMatch(step -> step.played != Played.NOT_YET);
    if (over) {
      gone = true;
      thread.wake();
      throw disconnected();
    }
    if ((endpoint & 0x80) == 0) {
      throw derail(
          "the trace has nothing more for it, but the driver did "
              + Step.describe(endpoint, setup, length, sent));
    }
  }

  // ---- what the device does, on the event thread ------------------------------------------------

  void play(TransportListener listener) {
    for (ReplayTransfer ended = next(); ended != null; ended = next()) {
      ended.complete();
    }
    boolean leaves;
    synchronized (this) {
      leaves = gone && !told;
      told |= gone;
    }
    if (leaves) {
      listener.left(device);
    }
  }

  /** The next transfer that ends, with its outcome set. */
  private synchronized ReplayTransfer next() {
    for (ReplayTransfer transfer : inFlight) {
      if (transfer.answered || transfer.cancelled || gone) {
        inFlight.remove(transfer);
        end(transfer);
        return transfer;
      }
    }
    while (position < moments.size()) {
      Moment moment = moments.get(position);
      Step step = moment.step;
      boolean waitsForCancel = step.end != null && step.end.end() == TransferStatus.CANCELLED;
      if (moment.end && step.played == Played.IN_FLIGHT && !waitsForCancel) {
        position++;
        inFlight.remove(step.transfer);
        ReplayTransfer ended = step.transfer;
        end(ended, step);
        return ended;
      }
      if (step.played == Played.NOT_YET || moment.end && step.played == Played.IN_FLIGHT) {
        return null;
      }
      position++;
    }
    return null;
  }

  private void end(ReplayTransfer transfer) {
    if (transfer.answered) {
      transfer.answered = false;
      boolean there = transfer.answer != null;
      transfer.end(
          there ? TransferStatus.COMPLETED : TransferStatus.STALL,
          there ? transfer.answer.length : 0,
          there ? transfer.answer : new byte[0]);
      return;
    }
    Step step = steps.stream().filter(s -> s.transfer == transfer).findFirst().orElse(null);
    boolean recordedSo =
        step != null && step.end != null && step.end.end() == TransferStatus.CANCELLED;
    if (recordedSo && !gone) {
      end(transfer, step);
      return;
    }
    if (step != null) {
      step.played = Played.DONE;
      step.transfer = null;
    }
    transfer.end(gone ? TransferStatus.DISCONNECTED : TransferStatus.CANCELLED, 0, new byte[0]);
  }

  private void end(ReplayTransfer transfer, Step step) {
    step.played = Played.DONE;
    step.transfer = null;
    UsbEvent end = step.end;
    if (step.submit.reads() && end.data().length < end.length()) {
      remarks.add(
          "%s, packet %d: the trace holds %d of %d bytes; the others are zero"
              .formatted(recorded.file, end.packet(), end.data().length, end.length()));
    }
    transfer.end(end.end(), Math.min(end.length(), transfer.capacity()), end.data());
  }
}
