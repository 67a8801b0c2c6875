package org.bulkhead.transport.replay.internal;

import java.util.HashSet;
import java.util.Set;
import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbSpeed;

/** A device of a trace, from its arrival to the end of the trace. */
final class ReplayDevice implements BusDevice {

  private static final int BUS = 0;
  private static final int MANUFACTURER = 14;
  private static final int PRODUCT = 15;
  private static final int SERIAL_NUMBER = 16;
  private static final int INTERFACE = 4;

  private final Player player;

  ReplayDevice(Player player) {
    this.player = player;
  }

  @Override
  public String location() {
    return player.location;
  }

  @Override
  public int busNumber() {
    return BUS;
  }

  @Override
  public int address() {
    return player.address;
  }

  @Override
  public UsbSpeed speed() {
    return player.recorded.speed;
  }

  @Override
  public byte[] descriptors() {
    return player.recorded.allDescriptors();
  }

  @Override
  public int activeConfiguration() {
    return player.recorded.configuration;
  }

  @Override
  public String manufacturer() {
    return player.recorded.string(MANUFACTURER);
  }

  @Override
  public String product() {
    return player.recorded.string(PRODUCT);
  }

  @Override
  public String serialNumber() {
    return player.recorded.string(SERIAL_NUMBER);
  }

  @Override
  public BusHandle open() throws UsbException {
    if (player.isGone()) {
      throw player.disconnected();
    }
    return new ReplayHandle(player, interfaces());
  }

  private Set<Integer> interfaces() {
    Set<Integer> numbers = new HashSet<>();
    byte[] all = descriptors();
    for (int at = 0; at + 2 < all.length && (all[at] & 0xff) > 0; at += all[at] & 0xff) {
      if (all[at + 1] == INTERFACE) {
        numbers.add(all[at + 2] & 0xff);
      }
    }
    return numbers;
  }
}
