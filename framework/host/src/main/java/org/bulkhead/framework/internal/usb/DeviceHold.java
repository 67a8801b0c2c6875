package org.bulkhead.framework.internal.usb;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.ConfigurationDescriptor;
import org.bulkhead.device.usb.descriptor.EndpointDescriptor;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.device.usb.descriptor.TransferType;

/**
 * The open handle of a device and the claims on its interfaces, shared by the compartments of its
 * interfaces. A claim belongs to a compartment, not to an incarnation: over a restart or a swap the
 * device stays claimed and no kernel driver comes back. Thread-safe.
 */
public final class DeviceHold {

  private static final class Claim {
    final Object owner;
    int alternateSetting;

    Claim(Object owner) {
      this.owner = owner;
    }
  }

  private final BusDevice bus;
  private final Map<Integer, Claim> claims = new HashMap<>();
  private final Object recovery = new Object();
  private BusHandle handle;
  private boolean gone;
  private volatile boolean departed;
  private volatile String problem = "";
  private volatile Object touch = new Object();
  private volatile Runnable onAltered = () -> {};

  /** A hold on a device, not yet open. */
  public DeviceHold(BusDevice bus) {
    this.bus = bus;
  }

  /** Why the device could not be opened, empty when it could. */
  public String problem() {
    return problem;
  }

  /** Another one each time that the device may have lost what a driver has set up in it. */
  Object touch() {
    return touch;
  }

  /** The device has left its port; whoever holds it hears of it later. Does not block. */
  public void depart() {
    departed = true;
  }

  /** Whether the device has left its port. */
  public boolean departed() {
    return departed;
  }

  /**
   * Who is told that an interface may have another alternate setting.
   *
   * @param listener called on the thread that selected it, with locks held: hands over and returns
   */
  public void onAltered(Runnable listener) {
    onAltered = listener;
  }

  synchronized BusHandle handle() throws UsbException {
    if (gone || departed) {
      throw new UsbException(Kind.DISCONNECTED, "device " + bus.location() + " is unplugged");
    }
    if (handle == null) {
      try {
        handle = bus.open();
        problem = "";
      } catch (UsbException refused) {
        problem = refused.getMessage();
        throw refused;
      }
    }
    return handle;
  }

  synchronized int claim(int interfaceNumber, Object owner) throws UsbException {
    Claim claim = claims.get(interfaceNumber);
    if (claim == null) {
      handle().claim(interfaceNumber);
      claim = new Claim(owner);
      claim.alternateSetting = bus.alternateSetting(interfaceNumber);
      claims.put(interfaceNumber, claim);
    } else if (claim.owner != owner) {
      throw new UsbException(
          Kind.BUSY,
          "interface %d of device %s is claimed by %s"
              .formatted(interfaceNumber, bus.location(), claim.owner));
    }
    return claim.alternateSetting;
  }

  synchronized void select(int interfaceNumber, int alternateSetting) throws UsbException {
    handle().select(interfaceNumber, alternateSetting);
    claims.get(interfaceNumber).alternateSetting = alternateSetting;
    onAltered.run();
  }

  /**
   * Clears the halts of all endpoints of the interfaces that an owner has claimed. Does I/O.
   *
   * @throws UsbException of the first that could not be cleared
   */
  public synchronized void clearHalts(Object owner, ConfigurationDescriptor configuration)
      throws UsbException {
    for (Map.Entry<Integer, Claim> claim : claims.entrySet()) {
      if (claim.getValue().owner == owner) {
        InterfaceDescriptor setting =
            configuration.setting(claim.getKey(), claim.getValue().alternateSetting).orElse(null);
        for (EndpointDescriptor endpoint :
            setting == null ? List.<EndpointDescriptor>of() : setting.endpoints()) {
          if (endpoint.type() != TransferType.ISOCHRONOUS) {
            handle().clearHalt(endpoint.address());
          }
        }
      }
    }
  }

  /** Held by whoever does something to the whole device to get a driver working again. */
  public Object recovery() {
    return recovery;
  }

  /** Resets the device; the transport sets configuration and alternate settings again. */
  public void reset() throws UsbException {
    touch = new Object();
    handle().reset();
  }

  /** Gives up an owner's claims, and with the last claim the device. Does I/O. */
  public synchronized void release(Object owner) throws UsbException {
    UsbException failure = null;
    boolean altered = false;
    for (var entries = claims.entrySet().iterator(); entries.hasNext(); ) {
      var entry = entries.next();
      if (entry.getValue().owner == owner) {
        touch = new Object();
        entries.remove();
        altered |= entry.getValue().alternateSetting != 0;
        try {
          if (!gone && handle != null) {
            handle.release(entry.getKey());
          }
        } catch (UsbException failed) {
          // The others are to be given up all the same.
          failure = failed;
        }
      }
    }
    if (claims.isEmpty()) {
      close();
    }
    if (altered) {
      onAltered.run();
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** The device is unplugged: closes what is open, for good. */
  public synchronized void gone() {
    gone = true;
    close();
  }

  private void close() {
    BusHandle open = handle;
    handle = null;
    if (open != null) {
      open.close();
    }
  }
}
