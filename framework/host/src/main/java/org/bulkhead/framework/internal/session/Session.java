package org.bulkhead.framework.internal.session;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.Buffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.bulkhead.device.contract.DeviceSession;
import org.bulkhead.device.contract.DeviceUnavailableException;
import org.bulkhead.device.contract.OutcomeUnknownException;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.framework.internal.compartment.ContractBreach;
import org.bulkhead.framework.internal.compartment.Incarnation;
import org.bulkhead.framework.internal.compartment.IncarnationEnded;

/**
 * What an application holds, and what the in-flight contract is carried out by. A generated
 * subclass implements the service's interface; each of its methods is {@code enter}, the driver's
 * method, {@code leave}, and again where {@code leave} says so.
 *
 * <p>The steady state is the gate's lock and two reads of the clock: no allocation, no switch of
 * threads.
 */
public abstract class Session implements DeviceSession {

  /** A call that ends this many incarnations is the likely culprit, and is not sent again. */
  private static final int MAX_ATTEMPTS = 3;

  private final String name;
  private final Contract contract;
  private final long patienceNanos;
  private final SessionState state;

  /**
   * A session without a driver yet.
   *
   * @param made what it is of and how long its callers wait
   */
  protected Session(SessionMaking made) {
    name = made.name();
    contract = made.contract();
    patienceNanos = made.patience().toNanos();
    state = made.state();
  }

  /** Where callers stop waiting, as {@link System#nanoTime()}. Called by generated code. */
  protected final long deadline() {
    return System.nanoTime() + patienceNanos;
  }

  /** Enters the driver's code. Called by generated code. */
  protected final Binding enter(long until) throws IOException {
    while (true) {
      Binding current = state.binding;
      if (current == null) {
        current = awaitBinding(until);
      }
      try {
        if (current.incarnation.enter(until)) {
          return current;
        }
      } catch (IncarnationEnded over) {
        state.forget(current);
        continue;
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("interrupted while waiting for " + name);
      }
      throw new DeviceUnavailableException(name + " is busy with another call past the deadline");
    }
  }

  /**
   * Leaves the driver's code. Called by generated code.
   *
   * @param entered from {@link #enter}
   * @param term which method
   * @param thrown what it threw, or null
   * @param attempt how many times it was sent, from 1
   * @param bytes what a call of unknown outcome may have sent
   * @return true where the result stands, false where the call is to be sent again
   * @throws Throwable what the application is to see
   */
  protected final boolean leave(Binding entered, int term, Throwable thrown, int attempt, int bytes)
      throws Throwable {
    Incarnation incarnation = entered.incarnation;
    boolean ended;
    try {
      if (thrown != null && isFault(contract.terms().get(term), thrown)) {
        // Before leaving, so that no waiting call enters a driver that is known to be broken.
        incarnation.compartment().thrown(incarnation, thrown);
      }
    } finally {
      ended = incarnation.isCondemned();
      if (!ended) {
        incarnation.passed();
      }
      incarnation.exit();
    }
    if (!ended) {
      if (thrown != null) {
        throw thrown;
      }
      return true;
    }
    return again(entered, contract.terms().get(term), thrown, attempt, bytes);
  }

  private static boolean isFault(Contract.Term term, Throwable thrown) {
    boolean unplugged =
        thrown instanceof UsbException usb && usb.kind() == UsbException.Kind.DISCONNECTED;
    return unplugged || !term.declares(thrown);
  }

  private boolean again(
      Binding entered, Contract.Term term, Throwable thrown, int attempt, int bytes)
      throws IOException {
    state.forget(entered);
    String call = term.method().getName() + " of " + name;
    if (term.rule() == Contract.Rule.ONCE) {
      throw new OutcomeUnknownException(
          call + " was under way when its driver died; it is not sent again", 0, bytes);
    }
    if (attempt >= MAX_ATTEMPTS) {
      throw new IOException(
          call + " failed with " + attempt + " incarnations of the driver", thrown);
    }
    return false;
  }

  /**
   * Remembers a setting that was made. Called by generated code, inside the gate: the incarnation
   * after this one begins with it.
   */
  protected final void stick(int term, Object[] arguments) {
    synchronized (state.settings) {
      state.settings.remove(term);
      state.settings.put(term, arguments);
    }
  }

  /** Remembers a setting that the framework makes on each incarnation, the first one included. */
  final void preset(String method, Object[] arguments) {
    for (int term = 0; term < contract.terms().size(); term++) {
      if (contract.terms().get(term).method().getName().equals(method)) {
        stick(term, arguments);
      }
    }
  }

  /**
   * Changes a setting only in memory, where no driver is there now to make it on.
   *
   * @return false where there is a driver
   */
  final boolean stickIfAbsent(String method, Object... arguments) {
    if (state.binding != null) {
      return false;
    }
    preset(method, arguments);
    return true;
  }

  /** How long its callers wait. */
  final long patienceNanos() {
    return patienceNanos;
  }

  /** Whether a call would have to wait for a driver, or fail. */
  final boolean isAbsent() {
    return state.binding == null;
  }

  /** Makes the remembered settings on a new incarnation's service, inside its gate. */
  final void restore(Object service) throws Throwable {
    Map<Integer, Object[]> remembered;
    synchronized (state.settings) {
      remembered = new LinkedHashMap<>(state.settings);
    }
    for (Map.Entry<Integer, Object[]> setting : remembered.entrySet()) {
      try {
        contract.terms().get(setting.getKey()).method().invoke(service, setting.getValue());
      } catch (InvocationTargetException thrown) {
        throw thrown.getCause();
      }
    }
  }

  private Binding awaitBinding(long until) throws IOException {
    synchronized (state) {
      while (state.binding == null) {
        if (state.refused()) {
          throw new DeviceUnavailableException(name + " is not available: " + state.absence());
        }
        long left = until - System.nanoTime();
        if (left <= 0) {
          throw new DeviceUnavailableException(
              "%s was not available for %.3g s: %s"
                  .formatted(name, patienceNanos / 1e9, state.absence()));
        }
        try {
          TimeUnit.NANOSECONDS.timedWait(state, left);
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          throw new InterruptedIOException("interrupted while waiting for " + name);
        }
      }
      return state.binding;
    }
  }

  final void connect(Binding next) {
    state.connect(next);
  }

  final void disconnect(String why, boolean forGood) {
    state.disconnect(why, forGood);
  }

  // ---- what a driver's result has to be; called by generated code, inside the gate -----------

  /** No driver sets a buffer back or moves its limit, and some buffers it uses up. */
  protected final void checkBuffer(
      int term, Buffer buffer, int position, int limit, boolean whole) {
    int at = buffer.position();
    if (buffer.limit() != limit || at < position || whole && at != limit) {
      throw breach(
          term,
          "left its buffer of %d bytes at %d to %d"
              .formatted(limit - position, at - position, buffer.limit() - position));
    }
  }

  /** What it says is what it did. */
  protected final void checkMoved(int term, long said, Buffer buffer, int position) {
    if (said != buffer.position() - position) {
      throw breach(
          term, "returned " + said + " but moved " + (buffer.position() - position) + " bytes");
    }
  }

  /** An object is there. */
  protected final void checkResult(int term, Object result) {
    if (result == null) {
      throw breach(term, "returned null");
    }
  }

  private ContractBreach breach(int term, String what) {
    return new ContractBreach(contract.terms().get(term).method().getName() + " " + what);
  }

  // ---- for applications ----------------------------------------------------------------------

  @Override
  public final <S> S within(Class<S> type, Duration patience) {
    if (patience.isNegative()) {
      throw new IllegalArgumentException("a patience of " + patience);
    }
    try {
      return as(
          type,
          getClass()
              .getConstructor(SessionMaking.class)
              .newInstance(new SessionMaking(name, contract, patience, state)));
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** A view as the service that it was asked for. */
  static <S> S as(Class<S> type, DeviceSession view) {
    if (!type.isInstance(view)) {
      throw new IllegalArgumentException(view + " is no " + type.getName());
    }
    return type.cast(view);
  }

  @Override
  public final Availability availability() {
    return state.availability();
  }

  @Override
  public final Listening listen(Listener listener) {
    return state.listen(Objects.requireNonNull(listener, "listener"));
  }

  @Override
  public final void complain(String words) {
    Binding current = state.binding;
    if (current != null) {
      current.incarnation.compartment().complain(current.incarnation, words);
    }
  }

  @Override
  public final String toString() {
    return name;
  }
}
