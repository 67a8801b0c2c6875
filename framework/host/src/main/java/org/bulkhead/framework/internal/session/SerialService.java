package org.bulkhead.framework.internal.session;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.serial.SerialDevice;
import org.osgi.service.serial.SerialDeviceException;
import org.osgi.service.serial.SerialPortConfiguration;
import org.osgi.service.usbinfo.USBInfoDevice;

/**
 * A serial session as it is offered: each bundle gets an object of its own, so that the framework
 * knows who has the port, and takes it back when that bundle gives up the service or stops.
 */
final class SerialService implements ServiceFactory<SerialDevice> {

  private final SerialSession session;
  private final Map<Bundle, Use> uses = Collections.synchronizedMap(new HashMap<>());
  private volatile Thread withdrawing;

  SerialService(SerialSession session) {
    this.session = session;
  }

  @Override
  public SerialDevice getService(Bundle bundle, ServiceRegistration<SerialDevice> registration) {
    return uses.computeIfAbsent(bundle, Use::new);
  }

  @Override
  public void ungetService(
      Bundle bundle, ServiceRegistration<SerialDevice> registration, SerialDevice use) {
    // While the device is away the streams stay open: they work again when it is back.
    if (withdrawing != Thread.currentThread()) {
      release(bundle);
    }
  }

  /** A bundle stopped, or does not use the service any more: whatever it has open is closed. */
  void release(Bundle bundle) {
    Use use = uses.remove(bundle);
    if (use != null) {
      use.over = true;
      session.release(use);
    }
  }

  /** Takes the offer back without taking the port from who has it. */
  Runnable withdrawal(Runnable offer) {
    return () -> {
      withdrawing = Thread.currentThread();
      try {
        offer.run();
      } finally {
        withdrawing = null;
        session.withdrawn();
      }
    };
  }

  /** The port as one bundle sees it. */
  private final class Use implements SerialDevice, USBInfoDevice {

    private final Bundle bundle;
    private volatile boolean over;

    Use(Bundle bundle) {
      this.bundle = bundle;
    }

    private void check() {
      if (over) {
        throw new IllegalStateException(
            bundle + " has given " + session + " back: get the service again");
      }
    }

    @Override
    public InputStream getInputStream() throws IOException {
      check();
      return session.getInputStream(this);
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      check();
      return session.getOutputStream(this);
    }

    @Override
    public SerialPortConfiguration getConfiguration() {
      return session.getConfiguration();
    }

    @Override
    public void setConfiguration(SerialPortConfiguration configuration)
        throws SerialDeviceException {
      check();
      session.setConfiguration(this, configuration);
    }

    @Override
    public boolean isDTR() {
      return session.isDTR();
    }

    @Override
    public boolean isRTS() {
      return session.isRTS();
    }

    @Override
    public boolean isDSR() {
      return session.isDSR();
    }

    @Override
    public boolean isCTS() {
      return session.isCTS();
    }

    @Override
    public void setDTR(boolean on) throws SerialDeviceException {
      check();
      session.setDTR(this, on);
    }

    @Override
    public void setRTS(boolean on) throws SerialDeviceException {
      check();
      session.setRTS(this, on);
    }

    @Override
    public String toString() {
      return bundle == null ? "somebody" : "bundle " + bundle.getSymbolicName();
    }
  }
}
