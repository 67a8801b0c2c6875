package org.bulkhead.transport.sim;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.bulkhead.device.usb.ControlRequest;

/**
 * A device whose reactions a test writes down: a function for each endpoint, or a list of steps.
 * Without either an IN endpoint answers NAK for ever, an OUT endpoint takes everything, and control
 * requests get the standard answers. What OUT endpoints took is kept. Thread-safe.
 */
public final class ScriptedDevice implements SimDevice {

  /** Answers a packet; see {@link SimDevice#in} and {@link SimDevice#out}. */
  @FunctionalInterface
  public interface Reaction {

    /**
     * Answers.
     *
     * @param packet to be filled, or to be read
     * @return the answer
     */
    Handshake answer(ByteBuffer packet);
  }

  /** Answers a control request; see {@link SimDevice#control}. */
  @FunctionalInterface
  public interface ControlReaction {

    /**
     * Answers.
     *
     * @param request the setup packet
     * @param data the data stage
     * @return the answer
     */
    Handshake answer(ControlRequest request, ByteBuffer data);
  }

  private static final class Script {
    final Deque<ScriptStep> steps = new ArrayDeque<>();
    final ByteArrayOutputStream taken = new ByteArrayOutputStream(0);
    Reaction reaction;
  }

  private final SimDescription description;

  /** By number and direction, because a map would box the address for each packet. */
  private final Script[] scripts = new Script[32];

  private ControlReaction controlReaction = (request, data) -> Handshake.UNHANDLED;
  private Runnable disconnect = () -> {};
  private SimHost host;
  private int resets;

  /**
   * A device.
   *
   * @param description what it says of itself
   */
  public ScriptedDevice(SimDescription description) {
    this.description = description;
  }

  @Override
  public SimDescription description() {
    return description;
  }

  /**
   * Gives an endpoint a function, used when it has no steps left.
   *
   * @param endpointAddress {@code bEndpointAddress}
   * @param reaction called on the event thread
   * @return this
   */
  public synchronized ScriptedDevice on(int endpointAddress, Reaction reaction) {
    script(endpointAddress).reaction = reaction;
    ready();
    return this;
  }

  /**
   * Gives control requests a function.
   *
   * @param reaction called on the event thread, or on that of {@code clearHalt} and the like
   * @return this
   */
  public synchronized ScriptedDevice onControl(ControlReaction reaction) {
    controlReaction = reaction;
    return this;
  }

  /**
   * Adds steps to an endpoint, done one after another and before any function.
   *
   * @param endpointAddress {@code bEndpointAddress}
   * @param more the steps
   * @return this
   */
  public synchronized ScriptedDevice then(int endpointAddress, ScriptStep... more) {
    for (ScriptStep step : more) {
      script(endpointAddress).steps.add(step.copy());
    }
    ready();
    return this;
  }

  /**
   * Says what {@link ScriptStep#disconnect} does.
   *
   * @param port where the device is plugged in
   * @return this
   */
  public synchronized ScriptedDevice disconnects(SimPort port) {
    disconnect = port::unplug;
    return this;
  }

  /**
   * What an OUT endpoint took.
   *
   * @param endpointAddress {@code bEndpointAddress}
   * @return all bytes since the device was made
   */
  public synchronized byte[] taken(int endpointAddress) {
    return script(endpointAddress).taken.toByteArray();
  }

  /**
   * How many steps an endpoint has left.
   *
   * @param endpointAddress {@code bEndpointAddress}
   * @return 0 or more
   */
  public synchronized int stepsLeft(int endpointAddress) {
    return script(endpointAddress).steps.size();
  }

  /**
   * How often the bus was reset.
   *
   * @return 0 or more
   */
  public synchronized int resetCount() {
    return resets;
  }

  private void ready() {
    if (host != null) {
      host.ready();
    }
  }

  @Override
  public void attached(SimHost newHost) {
    host = newHost;
  }

  @Override
  public void detached() {
    host = null;
  }

  @Override
  public void reset() {
    resets++;
  }

  @Override
  public Handshake control(ControlRequest request, ByteBuffer data) {
    return controlReaction.answer(request, data);
  }

  @Override
  public Handshake in(int endpointAddress, ByteBuffer packet) {
    return answer(script(endpointAddress), packet, Handshake.NAK);
  }

  @Override
  public Handshake out(int endpointAddress, ByteBuffer packet) {
    Script script = script(endpointAddress);
    int start = packet.position();
    Handshake answer = answer(script, packet, Handshake.ACK);
    if (answer == Handshake.ACK && script.reaction == null) {
      for (int i = start; i < packet.limit(); i++) {
        script.taken.write(packet.get(i));
      }
    }
    return answer;
  }

  private Script script(int endpointAddress) {
    int index = endpointAddress & 0x0f | (endpointAddress & 0x80) >> 3;
    if (scripts[index] == null) {
      scripts[index] = new Script();
    }
    return scripts[index];
  }

  private Handshake answer(Script script, ByteBuffer packet, Handshake otherwise) {
    ScriptStep step = script.steps.peek();
    if (step == null) {
      return script.reaction == null ? otherwise : script.reaction.answer(packet);
    }
    Handshake answer = step.act(packet, this);
    if (step.done()) {
      script.steps.remove();
      return answer == null ? answer(script, packet, otherwise) : answer;
    }
    return answer == null ? Handshake.NAK : answer;
  }

  void wait(Duration delay, Runnable after) {
    host.timer(
            () -> {
              after.run();
              host.ready();
            })
        .set(delay);
  }

  void pullOut() {
    disconnect.run();
  }
}
