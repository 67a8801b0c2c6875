package org.bulkhead.transport.chaos.internal;

import org.bulkhead.device.transport.Transport;
import org.bulkhead.device.transport.TransportListener;

/** A transport whose transfers may suffer. */
final class ChaosTransport implements Transport {

  private final Transport real;
  private final Plans plans;

  ChaosTransport(Transport real, Plans plans) {
    this.real = real;
    this.plans = plans;
  }

  @Override
  public String name() {
    return real.name();
  }

  @Override
  public Watch watch(TransportListener listener) {
    return new ChaosWatch(plans, real.name(), listener).start(real);
  }
}
