package org.bulkhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bulkhead.device.driver.UsbDriver.Attachment.NOTHING_TO_DO;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.bulkhead.device.contract.DeviceUnavailableException;
import org.bulkhead.device.contract.Once;
import org.bulkhead.device.contract.OutcomeUnknownException;
import org.bulkhead.device.contract.Replay;
import org.bulkhead.device.contract.Sticky;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.testkit.internal.Await;
import org.junit.jupiter.api.Test;

/** The in-flight contract, as applications see it. */
class SessionTest {

  /** A method of each shape. */
  public interface Shapes {
    @Replay
    boolean and(boolean a, boolean b) throws IOException;

    @Replay
    byte bytes(byte a) throws IOException;

    @Replay
    short shorts(short a, long gap) throws IOException;

    @Replay
    char chars(double gap, char a) throws IOException;

    @Replay
    int ints(int a, int b) throws IOException;

    @Replay
    long longs(long a, int b, long c) throws IOException;

    @Replay
    float floats(float a) throws IOException;

    @Replay
    double doubles(double a, long gap, double b) throws IOException;

    @Replay
    String objects(String a, Object b) throws IOException;

    @Replay
    int[] arrays(int[] a, byte[][] b) throws Exception;

    @Replay
    void nothing() throws IOException;

    @Replay
    <T extends Comparable<T>> List<T> generics(List<T> a) throws IOException;

    default String both() throws IOException {
      return objects("a", ints(1, 2));
    }

    @Replay
    default String optional() throws IOException {
      return "left out";
    }
  }

  private static final class Echo implements Shapes {
    @Override
    public String optional() {
      return "the driver's";
    }

    @Override
    public boolean and(boolean a, boolean b) {
      return a && b;
    }

    @Override
    public byte bytes(byte a) {
      return a;
    }

    @Override
    public short shorts(short a, long gap) {
      return (short) (a + gap);
    }

    @Override
    public char chars(double gap, char a) {
      return (char) (a + gap);
    }

    @Override
    public int ints(int a, int b) {
      return a - b;
    }

    @Override
    public long longs(long a, int b, long c) {
      return a - b - c;
    }

    @Override
    public float floats(float a) {
      return -a;
    }

    @Override
    public double doubles(double a, long gap, double b) {
      return a - gap - b;
    }

    @Override
    public String objects(String a, Object b) {
      return a + b;
    }

    @Override
    public int[] arrays(int[] a, byte[][] b) {
      a[0] = b[0][0];
      return a;
    }

    @Override
    public void nothing() {}

    @Override
    public <T extends Comparable<T>> List<T> generics(List<T> a) {
      return a;
    }
  }

  /** A method of each rule, with buffers. */
  public interface Port {
    @Replay
    int read(ByteBuffer to, CharBuffer also) throws IOException;

    @Once
    void write(ByteBuffer from) throws IOException;

    @Once
    void fire() throws IOException;

    @Sticky
    void mode(int mode) throws IOException;

    @Sticky
    void speed(long speed, String unit) throws IOException;

    @Replay
    List<String> settings() throws IOException;
  }

  /** What a driver's port does in each of its lives. */
  private static class Lives implements UsbDriver {
    final AtomicInteger calls = new AtomicInteger();
    volatile int faultyLives;
    volatile Runnable inside = () -> {};

    @Override
    public Attachment attach(org.bulkhead.device.driver.DriverContext context) {
      boolean faulty = context.incarnation() <= faultyLives;
      List<String> settings = Collections.synchronizedList(new ArrayList<>());
      context.publish(
          Port.class,
          "0",
          new Port() {
            @Override
            public int read(ByteBuffer to, CharBuffer also) {
              calls.incrementAndGet();
              to.put((byte) 7);
              also.get();
              inside.run();
              fail();
              return to.remaining();
            }

            @Override
            public void write(ByteBuffer from) {
              calls.incrementAndGet();
              from.get();
              inside.run();
              fail();
            }

            @Override
            public void fire() throws IOException {
              calls.incrementAndGet();
              inside.run();
              throw new IOException("misfire");
            }

            private void fail() {
              if (faulty) {
                throw new IllegalStateException("life " + context.incarnation());
              }
            }

            @Override
            public void mode(int mode) {
              if (mode < 0) {
                throw new IllegalStateException("planted");
              }
              settings.add("mode " + mode);
              inside.run();
            }

            @Override
            public void speed(long speed, String unit) throws IOException {
              if (speed < 0) {
                throw new IOException("no such speed");
              }
              settings.add("speed " + speed + unit);
            }

            @Override
            public List<String> settings() {
              return List.copyOf(settings);
            }
          },
          Map.of());
      return NOTHING_TO_DO;
    }
  }

  private static void publish(Class<?> type, Object service, Throwable[] refused) {
    UsbDriver driver =
        context -> {
          try {
            publishAs(context, type, service);
          } catch (Throwable thrown) {
            refused[0] = thrown;
          }
          return NOTHING_TO_DO;
        };
    try (DriverBench bench = DriverBench.attach(driver, Lab.device())) {
      bench.awaitLife(1);
    }
  }

  private static <S> void publishAs(
      org.bulkhead.device.driver.DriverContext context, Class<S> type, Object service) {
    context.publish(type, "0", type.cast(service), Map.of());
  }

  // ---- generated classes ---------------------------------------------------------------------

  @Test
  void everyShapeOfMethod_passesItsArgumentsAndResult() throws Exception {
    UsbDriver driver =
        context -> {
          context.publish(Shapes.class, "0", new Echo(), Map.of());
          return null;
        };
    try (DriverBench bench = DriverBench.attach(driver, Lab.device())) {
      Shapes shapes = bench.service(Shapes.class);
      assertThat(shapes.and(true, true)).isTrue();
      assertThat(shapes.and(true, false)).isFalse();
      assertThat(shapes.bytes((byte) -3)).isEqualTo((byte) -3);
      assertThat(shapes.shorts((short) 4, 5L)).isEqualTo((short) 9);
      assertThat(shapes.chars(1.0, 'a')).isEqualTo('b');
      assertThat(shapes.ints(3, 5)).isEqualTo(-2);
      assertThat(shapes.longs(1L << 40, 1, 2)).isEqualTo((1L << 40) - 3);
      assertThat(shapes.floats(1.5f)).isEqualTo(-1.5f);
      assertThat(shapes.doubles(9, 1, 0.5)).isEqualTo(7.5);
      assertThat(shapes.objects("x", 1)).isEqualTo("x1");
      int[] array = {1};
      assertThat(shapes.arrays(array, new byte[][] {{5}})).isSameAs(array).containsExactly(5);
      shapes.nothing();
      assertThat(shapes.generics(List.of("g"))).containsExactly("g");
      assertThat(shapes.both()).isEqualTo("a-1");
      assertThat(shapes.optional()).isEqualTo("the driver's");
      assertThat(shapes).hasToString("Shapes 0 of device sim-1");
    }
  }

  /** Says nothing of its method. */
  public interface Silent {
    void call() throws IOException;
  }

  /** Says too much. */
  public interface Torn {
    @Replay
    @Once
    void call() throws IOException;
  }

  /** Cannot tell of an absence. */
  public interface Mute {
    @Replay
    void call();
  }

  /** Would be empty the second time. */
  public interface Emptied {
    @Sticky
    void call(ByteBuffer setting) throws IOException;
  }

  interface Hidden {
    @Replay
    void call() throws IOException;
  }

  @Test
  void serviceWithoutAContract_isRefusedByTheNameOfItsMethod() {
    Throwable[] refused = new Throwable[1];
    publish(Silent.class, (Silent) () -> {}, refused);
    assertThat(refused[0]).isInstanceOf(IllegalArgumentException.class);
    assertThat(refused[0]).hasMessageContaining("Silent.call").hasMessageContaining("@Replay");
    publish(Torn.class, (Torn) () -> {}, refused);
    assertThat(refused[0]).hasMessageContaining("exactly one");
    publish(Mute.class, (Mute) () -> {}, refused);
    assertThat(refused[0]).hasMessageContaining("IOException");
    publish(Emptied.class, (Emptied) setting -> {}, refused);
    assertThat(refused[0]).hasMessageContaining("buffer");
    publish(Hidden.class, (Hidden) () -> {}, refused);
    assertThat(refused[0]).hasMessageContaining("not public");
    publish(String.class, "no interface", refused);
    assertThat(refused[0]).hasMessageContaining("not an interface");
  }

  // ---- replay --------------------------------------------------------------------------------

  @Test
  void replayedCall_findsItsBuffersAsTheyWere() throws Exception {
    Lives lives = new Lives();
    lives.faultyLives = 2;
    try (DriverBench bench = DriverBench.attach(lives, Lab.device())) {
      ByteBuffer to = ByteBuffer.allocate(10).position(2).limit(8);
      CharBuffer also = CharBuffer.wrap("abc");
      assertThat(bench.service(Port.class).read(to, also)).isEqualTo(5);
      assertThat(to.position()).isEqualTo(3);
      assertThat(to.limit()).isEqualTo(8);
      assertThat(also.position()).isOne();
      assertThat(lives.calls).hasValue(3);
      assertThat(bench.info().incarnation()).isEqualTo(3);
    }
  }

  @Test
  void limit_thatTheDeadDriverMoved_isRestoredToo() throws Exception {
    Lives lives = new Lives();
    lives.faultyLives = 1;
    try (DriverBench bench = DriverBench.attach(lives, Lab.device())) {
      ByteBuffer to = ByteBuffer.allocate(10).position(2).limit(8);
      lives.inside =
          () -> {
            if (lives.calls.get() == 1) {
              to.limit(3);
            }
          };
      assertThat(bench.service(Port.class).read(to, CharBuffer.wrap("abc"))).isEqualTo(5);
      assertThat(to.limit()).isEqualTo(8);
    }
  }

  @Test
  void callThatKillsEachIncarnation_isGivenUp_andTheCauseIsThere() {
    Lives lives = new Lives();
    lives.faultyLives = 100;
    try (DriverBench bench = DriverBench.attach(lives, Lab.device())) {
      Port port = bench.service(Port.class);
      assertThatThrownBy(() -> port.read(ByteBuffer.allocate(9), CharBuffer.allocate(9)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("3 incarnations")
          .hasRootCauseMessage("life 3");
    }
  }

  @Test
  void exceptionOfTheContract_isTheCallers_andNoFault() throws Exception {
    Lives lives = new Lives();
    try (DriverBench bench = DriverBench.attach(lives, Lab.device())) {
      Port port = bench.service(Port.class);
      assertThatThrownBy(port::fire).isInstanceOf(IOException.class).hasMessage("misfire");
      assertThat(bench.faults()).isEmpty();
    }
  }

  // ---- once ----------------------------------------------------------------------------------

  @Test
  void onceCall_isNeverSentTwice() throws Exception {
    Lives lives = new Lives();
    lives.faultyLives = 1;
    try (DriverBench bench = DriverBench.attach(lives, Lab.device())) {
      Port port = bench.service(Port.class);
      assertThatThrownBy(() -> port.write(ByteBuffer.allocate(12)))
          .isInstanceOfSatisfying(
              OutcomeUnknownException.class,
              unknown -> {
                assertThat(unknown.bytesConfirmed()).isZero();
                assertThat(unknown.bytesUnknown()).isEqualTo(12);
              });
      assertThat(lives.calls).hasValue(1);
      port.write(ByteBuffer.allocate(12));
      assertThat(lives.calls).hasValue(2);
    }
  }

  @Test
  void onceCall_thatNeverEnteredTheDriver_isSentToTheNext() throws Exception {
    Lives lives = new Lives();
    CountDownLatch entered = new CountDownLatch(1);
    lives.inside =
        () -> {
          if (lives.calls.get() == 1) {
            entered.countDown();
            hangUntilInterrupted();
          }
        };
    try (DriverBench bench =
        DriverBench.of(lives).callDeadline(Duration.ofMillis(500)).attach(Lab.device())) {
      Port port = bench.service(Port.class);
      AtomicReference<Throwable> first = new AtomicReference<>();
      Thread dies = caller(() -> port.write(ByteBuffer.allocate(1)), first);
      entered.await();
      AtomicReference<Throwable> second = new AtomicReference<>();
      Thread waits = caller(() -> port.write(ByteBuffer.allocate(1)), second);
      dies.join();
      waits.join();
      assertThat(first.get()).isInstanceOf(OutcomeUnknownException.class);
      assertThat(second.get()).isNull();
      assertThat(lives.calls).hasValue(2);
    }
  }

  // ---- settings ------------------------------------------------------------------------------

  @Test
  void settings_areMadeAgain_inTheOrderOfTheirLastCall() throws Exception {
    try (DriverBench bench = DriverBench.attach(new Lives(), Lab.device())) {
      Port port = bench.service(Port.class);
      port.mode(1);
      port.speed(9600, "Bd");
      port.mode(2);
      assertThatThrownBy(() -> port.speed(-1, "Bd")).hasMessage("no such speed");
      bench.restart().awaitLife(2);
      assertThat(port.settings()).containsExactly("speed 9600Bd", "mode 2");
      bench.unplug();
      bench.replug().awaitLife(3);
      assertThat(port.settings()).containsExactly("speed 9600Bd", "mode 2");
    }
  }

  @Test
  void settingThatIsMadeWhileTheDriverDies_isThereInTheNextLife() throws Exception {
    Lives lives = new Lives();
    try (DriverBench bench = DriverBench.attach(lives, Lab.device())) {
      Port port = bench.service(Port.class);
      for (int i = 1; i <= 20; i++) {
        int mode = i;
        int life = bench.info().incarnation();
        // As soon as the driver's method has returned, this thread's call may be anywhere.
        lives.inside = bench::restart;
        port.mode(mode);
        lives.inside = () -> {};
        bench.awaitLife(life + 1);
        assertThat(port.settings()).endsWith("mode " + mode);
      }
    }
  }

  @Test
  void settingThatKillsTheDriver_isNotRemembered() throws Exception {
    try (DriverBench bench = DriverBench.attach(new Lives(), Lab.device())) {
      Port port = bench.service(Port.class);
      port.mode(1);
      assertThatThrownBy(() -> port.mode(-1)).hasMessageContaining("3 incarnations");
      bench.awaitLife(4);
      assertThat(port.settings()).containsExactly("mode 1");
    }
  }

  // ---- absence -------------------------------------------------------------------------------

  @Test
  void absence_isWaitedOut_butNotForEver() throws Exception {
    try (DriverBench bench =
        DriverBench.of(new Lives()).patience(Duration.ofMillis(100)).attach(Lab.device())) {
      Port port = bench.service(Port.class);
      bench.unplug();
      Await.until(() -> !bench.offers(Port.class, "0"), () -> "the service to go");
      assertThatThrownBy(port::settings)
          .isInstanceOf(DeviceUnavailableException.class)
          .hasMessageContaining("unplugged");
      bench.replug().awaitLife(2);
      assertThat(port.settings()).isEmpty();
    }
  }

  @Test
  void quarantine_isToldAtOnce_andEndsByRestart() throws Exception {
    Lives lives = new Lives();
    lives.faultyLives = 2;
    try (DriverBench bench = DriverBench.of(lives).restarts(1).attach(Lab.device())) {
      Port port = bench.service(Port.class);
      assertThatThrownBy(() -> port.read(ByteBuffer.allocate(9), CharBuffer.allocate(9)))
          .isInstanceOf(DeviceUnavailableException.class)
          .hasMessageContaining("2 faults within 60 s")
          .hasMessageContaining("driver:release sim-1");
      bench.awaitState(CompartmentState.QUARANTINED);
      bench.restart().awaitLife(3);
      assertThat(port.settings()).isEmpty();
    }
  }

  @Test
  void serviceThatTheNextLifeDoesNotOffer_disappears() throws Exception {
    UsbDriver driver =
        context -> {
          if (context.incarnation() != 2) {
            context.publish(Shapes.class, "1", new Echo(), Map.of("colour", "red"));
          }
          return null;
        };
    try (DriverBench bench = DriverBench.attach(driver, Lab.device())) {
      Shapes shapes = bench.service(Shapes.class, "1");
      assertThat(bench.properties(Shapes.class, "1").get("colour")).isEqualTo("red");
      bench.restart().awaitLife(2);
      Await.until(() -> !bench.offers(Shapes.class, "1"), () -> "the service to go");
      assertThatThrownBy(shapes::nothing)
          .isInstanceOf(DeviceUnavailableException.class)
          .hasMessageContaining("does not offer it");
      bench.restart();
      assertThat(bench.service(Shapes.class, "1")).isSameAs(shapes);
      shapes.nothing();
    }
  }

  @Test
  void propertiesThatCannotBeRegistered_areAFaultOfTheDriver() {
    UsbDriver driver =
        context -> {
          boolean wrong = context.incarnation() == 1;
          context.publish(
              Shapes.class, "0", new Echo(), wrong ? Map.of("a", 1, "A", 2) : Map.of("a", 1));
          return null;
        };
    try (DriverBench bench = DriverBench.attach(driver, Lab.device())) {
      bench.service(Shapes.class);
      assertThat(bench.info().incarnation()).isEqualTo(2);
      assertThat(bench.faults()).hasSize(1);
      assertThat(bench.faults().get(0).message()).contains("case");
    }
  }

  // ---- several callers -----------------------------------------------------------------------

  @Test
  void twoApplications_neverMeetInsideTheDriver() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger met = new AtomicInteger();
    try (DriverBench bench = DriverBench.attach(Lab.DRIVER, Lab.device())) {
      Lab lab = bench.service(Lab.class);
      Thread[] callers = new Thread[4];
      AtomicReference<Throwable> failed = new AtomicReference<>();
      for (int i = 0; i < callers.length; i++) {
        callers[i] =
            caller(
                () -> {
                  for (int n = 0; n < 2000; n++) {
                    lab.run(
                        usb -> {
                          met.addAndGet(inside.getAndIncrement());
                          inside.decrementAndGet();
                          return null;
                        });
                  }
                },
                failed);
      }
      for (Thread thread : callers) {
        thread.join();
      }
      assertThat(failed.get()).isNull();
      assertThat(met).hasValue(0);
    }
  }

  @Test
  void session_mayBeUsedFromInsideItsOwnDriver() throws Exception {
    try (DriverBench bench = DriverBench.attach(Lab.DRIVER, Lab.device())) {
      Lab lab = bench.service(Lab.class);
      String product = lab.run(usb -> lab.<String>run(again -> again.product()));
      assertThat(product).isEqualTo("Lab");
      assertThat(lab.<String>run(usb -> usb.product())).isEqualTo("Lab");
    }
  }

  @Test
  void steadyState_allocatesNothing() throws Exception {
    UsbDriver driver =
        context -> {
          context.publish(Shapes.class, "0", new Echo(), Map.of());
          return null;
        };
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    try (DriverBench bench = DriverBench.attach(driver, Lab.device())) {
      Shapes shapes = bench.service(Shapes.class);
      long[] allocated = new long[5];
      for (int round = 0; round < allocated.length; round++) {
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        for (int i = 0; i < 5000; i++) {
          shapes.ints(i, i);
        }
        allocated[round] = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
      }
      assertThat(Arrays.stream(allocated).min().getAsLong()).isLessThan(5000);
    }
  }

  /** Application code. */
  interface Call {
    void make() throws Exception;
  }

  private static Thread caller(Call call, AtomicReference<Throwable> thrown) {
    Thread thread =
        new Thread(
            () -> {
              try {
                call.make();
              } catch (Throwable t) {
                thrown.set(t);
              }
            },
            "application");
    thread.start();
    return thread;
  }

  private static void hangUntilInterrupted() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException end) {
      throw new IllegalStateException(end);
    }
  }
}
