package org.bulkhead.framework.internal.session;

import org.bulkhead.device.serial.SerialPort;
import org.bulkhead.framework.internal.compartment.Incarnation;
import org.osgi.service.serial.SerialDevice;

/** The standard serial device in front of a driver's port. */
record SerialFront(LineBuffer line, SerialService offered) implements Front {

  @Override
  public Class<?> offeredType() {
    return SerialDevice.class;
  }

  @Override
  public Object guarded(Object service, Incarnation incarnation) {
    return new GuardedPort((SerialPort) service, line, incarnation);
  }

  @Override
  public Runnable withdrawal(Runnable offer) {
    return offered.withdrawal(offer);
  }

  @Override
  public void present() {
    line.present();
  }

  @Override
  public void ended() {
    line.ended();
  }

  @Override
  public void refused(String why) {
    line.refused(why);
  }
}
