package org.bulkhead.framework.internal.session;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.bulkhead.device.contract.DeviceSession;
import org.bulkhead.device.serial.SerialPort;
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
  private final Map<Bundle, View> uses = Collections.synchronizedMap(new HashMap<>());
  private volatile Thread withdrawing;

  SerialService(SerialSession session) {
    this.session = session;
  }

  @Override
  public SerialDevice getService(Bundle bundle, ServiceRegistration<SerialDevice> registration) {
    return uses.computeIfAbsent(bundle, user -> new View(new Use(user), session.session()));
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
    View view = uses.remove(bundle);
    if (view != null) {
      view.use.over = true;
      session.release(view.use);
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

  /** Who has the port, or may have it: a bundle, by however many views. */
  private static final class Use {

    private final Bundle bundle;
    private volatile boolean over;

    Use(Bundle bundle) {
      this.bundle = bundle;
    }

    @Override
    public String toString() {
      return bundle == null ? "somebody" : "bundle " + bundle.getSymbolicName();
    }
  }

  /** The port as one bundle sees it, with a patience. */
  private final class View implements SerialDevice, USBInfoDevice, DeviceSession {

    private final Use use;
    private final Session by;

    View(Use use, Session by) {
      this.use = use;
      this.by = by;
    }

    private void check() {
      if (use.over) {
        throw new IllegalStateException(
            use.bundle + " has given " + session + " back: get the service again");
      }
    }

    /** Whoever stopped while he opened the port does not have it. */
    private <S> S opened(S stream) {
      if (use.over) {
        session.release(use);
        check();
      }
      return stream;
    }

    @Override
    public InputStream getInputStream() throws IOException {
      check();
      return opened(session.getInputStream(use, by));
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      check();
      return opened(session.getOutputStream(use, by));
    }

    @Override
    public SerialPortConfiguration getConfiguration() {
      return session.getConfiguration();
    }

    @Override
    public void setConfiguration(SerialPortConfiguration configuration)
        throws SerialDeviceException {
      check();
      session.setConfiguration(use, by, configuration);
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
      return session.isDSR(by);
    }

    @Override
    public boolean isCTS() {
      return session.isCTS(by);
    }

    @Override
    public void setDTR(boolean on) throws SerialDeviceException {
      check();
      session.setDTR(use, by, on);
    }

    @Override
    public void setRTS(boolean on) throws SerialDeviceException {
      check();
      session.setRTS(use, by, on);
    }

    @Override
    public <S> S within(Class<S> type, Duration patience) {
      check();
      Session view = (Session) by.within(SerialPort.class, patience);
      return Session.as(type, new View(use, view));
    }

    @Override
    public Availability availability() {
      return by.availability();
    }

    @Override
    public Listening listen(Listener listener) {
      check();
      return by.listen(listener);
    }

    @Override
    public void complain(String words) {
      check();
      by.complain(words);
    }

    @Override
    public String toString() {
      return session.toString();
    }
  }
}
