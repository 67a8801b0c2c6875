package org.bulkhead.transport.libusb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.bulkhead.device.transport.BusCompletion;
import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.transport.BusTransfer;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.junit.jupiter.api.Test;

/** Waiters that handle libusb's events themselves, one of them at a time. */
@UmockdevTest
class AwaitTest extends BusTest {

  private static final int LOOP_OUT = 0x01;
  private static final int LOOP_IN = 0x81;
  private static final int SOURCE = 0x82;
  private static final int FED = 0x83;
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  /** A thread that waits for a flight of its own, and whose completions are told by whom. */
  private static final class Waiter implements BusCompletion {
    final BusTransfer transfer;
    final CompletableFuture<Void> left = new CompletableFuture<>();
    final Thread thread = new Thread(this::run);
    volatile boolean condemned;
    volatile Thread teller;
    private volatile boolean ended;
    private final BooleanSupplier over = () -> ended || condemned;

    Waiter(BusHandle handle, TransferType type, int endpoint) throws UsbException {
      transfer = handle.allocate(type, endpoint, 512, 0, this);
    }

    Waiter start() throws UsbException {
      transfer.submit(64);
      thread.start();
      return this;
    }

    private void run() {
      try {
        long until = System.nanoTime() + MINUTE;
        while (!over.getAsBoolean() && !Thread.interrupted() && System.nanoTime() - until < 0) {
          transfer.await(over, MINUTE);
        }
        left.complete(null);
      } catch (Throwable e) {
        left.completeExceptionally(e);
      }
    }

    @Override
    public void completed(BusTransfer transfer) {
      teller = Thread.currentThread();
      ended = true;
      if (teller != thread) {
        transfer.wake(thread);
      }
    }

    @Override
    public boolean awaited() {
      return true;
    }

    void leaves() throws Exception {
      left.get(30, TimeUnit.SECONDS);
    }

    boolean leads() {
      return isIn("lead");
    }

    boolean follows() {
      return isIn("follow");
    }

    private boolean isIn(String method) {
      for (StackTraceElement frame : thread.getStackTrace()) {
        if (frame.getMethodName().equals(method)) {
          return true;
        }
      }
      return false;
    }
  }

  private static Thread eventThread() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("bulkhead libusb events"))
        .findFirst()
        .orElseThrow();
  }

  /** Starts a waiter for something that does not come, and has it handle events. */
  private static Waiter leader(BusHandle handle, TransferType type, int endpoint)
      throws UsbException {
    Waiter waiter = new Waiter(handle, type, endpoint).start();
    Thread events = eventThread();
    Bus.until(
        "it to lead",
        () -> {
          // The event thread leaves it to him as soon as there is an event.
          waiter.transfer.wake(events);
          return waiter.leads();
        });
    return waiter;
  }

  private static Waiter follower(BusHandle handle, TransferType type, int endpoint)
      throws UsbException {
    Waiter waiter = new Waiter(handle, type, endpoint).start();
    Bus.until("it to follow", waiter::follows);
    return waiter;
  }

  private static Waiter loop(BusHandle handle) throws UsbException {
    return leader(handle, TransferType.BULK, LOOP_IN);
  }

  private static void feedLoop(BusHandle handle) throws UsbException {
    Flight.bulk(handle, LOOP_OUT, 64).submit(64);
  }

  @Test
  void whoWaits_isToldByHimself(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    Waiter leader = loop(handle);

    feedLoop(handle);

    leader.leaves();
    assertThat(leader.teller).isSameAs(leader.thread);
    assertThat(leader.transfer.status()).isEqualTo(TransferStatus.COMPLETED);
    assertThat(leader.transfer.actualLengthBytes()).isEqualTo(64);
  }

  @Test
  void whoLeads_tellsTheOthers(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    Waiter leader = loop(handle);
    Waiter follower = follower(handle, TransferType.INTERRUPT, FED);

    simulator.feed(PORT, FED, (byte) 1);

    follower.leaves();
    assertThat(follower.teller).isSameAs(leader.thread);
    assertThat(leader.leads()).isTrue();
  }

  @Test
  void whenTheLeaderHasItsCompletion_theOtherTakesOver(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    Waiter leader = loop(handle);
    Waiter follower = follower(handle, TransferType.INTERRUPT, FED);

    feedLoop(handle);
    leader.leaves();
    Bus.until("the other to lead", follower::leads);
    simulator.feed(PORT, FED, (byte) 1);

    follower.leaves();
    assertThat(follower.teller).isSameAs(follower.thread);
  }

  @Test
  void interruptOfTheLeader_getsItOut(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    Waiter leader = loop(handle);
    Waiter follower = follower(handle, TransferType.INTERRUPT, FED);

    leader.thread.interrupt();

    leader.leaves();
    assertThat(leader.teller).isNull();
    Bus.until("the other to lead", follower::leads);
  }

  @Test
  void interruptOfAFollower_getsItOut(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    Waiter leader = loop(handle);
    Waiter follower = follower(handle, TransferType.INTERRUPT, FED);

    follower.thread.interrupt();

    follower.leaves();
    assertThat(leader.leads()).isTrue();
  }

  @Test
  void condemnedWhileLeading_leavesThoughItsTransferDoesNotEnd(Simulator simulator)
      throws Exception {
    BusHandle handle = open(simulator);
    simulator.failRequest(PORT, "discard", "EIO", 1);
    Waiter leader = loop(handle);
    Waiter follower = follower(handle, TransferType.INTERRUPT, FED);

    leader.transfer.cancel();
    leader.condemned = true;
    leader.transfer.wake(leader.thread);

    leader.leaves();
    assertThat(leader.teller).isNull();
    Bus.until("the other to lead", follower::leads);
  }

  @Test
  void condemnedBeforeItLeads_doesNotBegin(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    for (int round = 0; round < 200; round++) {
      Waiter waiter = new Waiter(handle, TransferType.INTERRUPT, FED).start();
      waiter.condemned = true;
      waiter.transfer.wake(waiter.thread);
      waiter.leaves();
      waiter.transfer.free();
    }
  }

  @Test
  void closingWhileAWaiterLeads_endsItsFlight(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    Waiter leader = loop(handle);

    handle.close();

    leader.leaves();
    assertThat(leader.transfer.status()).isEqualTo(TransferStatus.CANCELLED);
    Bus.until("the node to be closed", () -> simulator.count(PORT, "opens") == 0);
  }

  @Test
  void closingAnotherHandle_takesTheTurnAndGivesItBack(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    simulator.plug("1-2");
    BusHandle other = bus.open("1-2", 0, 1);
    Waiter leader = loop(handle);

    other.close();

    Bus.until("the other's node to be closed", () -> simulator.count("1-2", "opens") == 0);
    assertThat(leader.left).isNotDone();
    feedLoop(handle);
    leader.leaves();
  }

  @Test
  void unplugWhileAWaiterLeads_endsItsFlight(Simulator simulator) throws Exception {
    Waiter leader = loop(open(simulator));

    simulator.unplug(PORT);

    leader.leaves();
    assertThat(leader.transfer.status()).isEqualTo(TransferStatus.DISCONNECTED);
  }

  @Test
  void endingTheWatchWhileAWaiterLeads_getsItOut(Simulator simulator) throws Exception {
    Waiter leader = loop(open(simulator));

    bus.close();

    leader.leaves();
    assertThat(bus.warnings()).isEmpty();
  }

  @Test
  void handlersAfterAWaiterLeft_areServedByTheEventThread(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    AtomicInteger completions = new AtomicInteger();
    for (int round = 0; round < 20; round++) {
      Waiter leader = loop(handle);
      feedLoop(handle);
      leader.leaves();
      leader.transfer.free();

      BusCompletion handler = ended -> completions.incrementAndGet();
      handle.allocate(TransferType.BULK, SOURCE, 64, 0, handler).submit(64);

      int expected = round + 1;
      Bus.until("the handler to be told", () -> completions.get() == expected);
    }
  }

  @Test
  void handlersWhileAWaiterLeads_areToldByIt(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    Waiter leader = loop(handle);
    CompletableFuture<Thread> teller = new CompletableFuture<>();

    handle
        .allocate(
            TransferType.BULK, SOURCE, 64, 0, ended -> teller.complete(Thread.currentThread()))
        .submit(64);

    assertThat(teller.get(30, TimeUnit.SECONDS)).isSameAs(leader.thread);
  }

  @Test
  void othersStreams_doNotKeepALeader(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    Waiter leader = loop(handle);
    AtomicInteger completions = new AtomicInteger();
    for (int i = 0; i < 8; i++) {
      handle.allocate(TransferType.BULK, SOURCE, 64, 0, again(completions)).submit(64);
    }
    Bus.until("a stream", () -> completions.get() > 100);

    feedLoop(handle);

    leader.leaves();
    int before = completions.get();
    Bus.until("the stream to go on", () -> completions.get() > before + 100);
  }

  @Test
  void aWaitOfNoTime_tellsWhatHasEnded(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    Waiter leader = loop(handle);
    leader.condemned = true;
    leader.transfer.wake(leader.thread);
    leader.leaves();
    Waiter polling = new Waiter(handle, TransferType.BULK, SOURCE);
    polling.transfer.submit(64);

    Bus.until(
        "its end",
        () -> {
          polling.transfer.await(polling.over, 0);
          return polling.ended;
        });

    assertThat(polling.transfer.status()).isEqualTo(TransferStatus.COMPLETED);
  }

  @Test
  void aWaitThatTakesTooLong_ends(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    Waiter waiter = new Waiter(handle, TransferType.INTERRUPT, FED);
    waiter.transfer.submit(64);
    for (int round = 0; round < 20; round++) {
      long start = System.nanoTime();
      waiter.transfer.await(waiter.over, 5_000_000);
      assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
    }
    assertThat(waiter.ended).isFalse();
  }

  /** A driver that waits for a transfer, calling itself without end. */
  private static int recurse(Waiter waiter) {
    int below = 0;
    try {
      below = recurse(waiter);
    } catch (StackOverflowError e) {
      // A hostile one: it tries again at each depth, as there is a little more room.
    }
    try {
      waiter.transfer.await(waiter.over, 200_000);
    } catch (StackOverflowError e) {
      below++;
    }
    return below;
  }

  /** Each end has another flight begin, within libusb's callback, as long as libusb finds one. */
  @Test
  void aLeader_isKeptByPromptTraffic_forNoMoreThanARow(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    AtomicInteger told = new AtomicInteger();
    AtomicInteger later = new AtomicInteger();
    BusCompletion again = again(told);
    BusCompletion counted =
        ended -> {
          later.addAndGet(isCalledBy("tellLanded") ? 1 : 0);
          again.completed(ended);
        };
    for (int i = 0; i < 4; i++) {
      handle.allocate(TransferType.BULK, SOURCE, 64, 0, prompt(counted)).submit(64);
    }
    Waiter waiter = new Waiter(handle, TransferType.INTERRUPT, FED);
    waiter.transfer.submit(64);
    int most = 0;

    while (told.get() < 1_000) {
      int before = told.get();
      waiter.transfer.await(() -> false, 0);
      most = Math.max(most, told.get() - before);
    }

    // The event thread may have had a turn before his.
    assertThat(most).isBetween(1, 2 * (64 + 4));
    assertThat(told.get() - later.get()).as("told in libusb's callback").isGreaterThan(500);
    handle.close();
    assertThat(bus.warnings()).isEmpty();
  }

  private static boolean isCalledBy(String method) {
    return StackWalker.getInstance()
        .walk(frames -> frames.anyMatch(frame -> frame.getMethodName().equals(method)));
  }

  private static BusCompletion prompt(BusCompletion completion) {
    BusCompletion awaited = awaited(completion);
    return new BusCompletion() {
      @Override
      public void completed(BusTransfer transfer) {
        awaited.completed(transfer);
      }

      @Override
      public boolean awaited() {
        return true;
      }

      @Override
      public boolean prompt() {
        return true;
      }
    };
  }

  @Test
  void aLeaderAtTheEndOfItsStack_losesNoCompletion(Simulator simulator) throws Exception {
    BusHandle handle = open(simulator);
    List<AtomicInteger> others = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      AtomicInteger completions = new AtomicInteger();
      others.add(completions);
      // Not to handlers: for a stream of those the event thread would keep the turn.
      BusCompletion stream = again(completions);
      handle.allocate(TransferType.BULK, SOURCE, 64, 0, awaited(stream)).submit(64);
    }
    Waiter waiter = new Waiter(handle, TransferType.INTERRUPT, FED);
    waiter.transfer.submit(64);
    CompletableFuture<Integer> refused = new CompletableFuture<>();
    Thread deep =
        new Thread(null, () -> refused.complete(recurse(waiter)), "deep", 256 << 10, false);

    deep.start();

    assertThat(refused.get(60, TimeUnit.SECONDS)).isPositive();
    for (AtomicInteger completions : others) {
      int before = completions.get();
      Bus.until("each stream to go on", () -> completions.get() > before);
    }
    handle.close();
    assertThat(bus.warnings()).isEmpty();
  }

  private static BusCompletion awaited(BusCompletion completion) {
    return new BusCompletion() {
      @Override
      public void completed(BusTransfer transfer) {
        completion.completed(transfer);
      }

      @Override
      public boolean awaited() {
        return true;
      }
    };
  }

  private static BusCompletion again(AtomicInteger completions) {
    return ended -> {
      completions.incrementAndGet();
      try {
        ended.submit(64);
      } catch (UsbException e) {
        // The test is over.
      }
    };
  }
}
