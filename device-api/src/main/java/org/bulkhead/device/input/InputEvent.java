package org.bulkhead.device.input;

import java.time.Instant;

/** Something that an input device told, or that happened to what it told. Immutable. */
public sealed interface InputEvent permits KeyEvent, PointerEvent, ReportEvent, GapEvent {

  /**
   * The device.
   *
   * @return the object that is registered as a service while the device is there
   */
  InputDevice device();

  /**
   * When the gateway learnt of it.
   *
   * @return the time by the gateway's clock
   */
  Instant time();
}
