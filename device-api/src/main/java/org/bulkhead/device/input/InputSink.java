package org.bulkhead.device.input;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Where an input driver delivers. Implemented by the framework; no method blocks or calls an
 * application. Called by the driver on the thread that the framework called it on.
 *
 * <p>The framework remembers what is held and releases it when the driver ends, so a driver has
 * nothing to tidy up.
 */
@ProviderType
public interface InputSink {

  /**
   * A key changed. Repeating what is known already does nothing.
   *
   * @param usage page and usage, such as 0x00070004 for the key A on an American keyboard
   * @param down true when it went down, false when it came up
   */
  void key(int usage, boolean down);

  /**
   * A pointer moved, or its buttons or wheel did.
   *
   * @param motion the step
   */
  void pointer(PointerMotion motion);

  /**
   * A report whose usages are neither those of keys nor of a pointer.
   *
   * @param id its report id, 0 where the device uses none
   * @param data the report without its id; copied before the call returns, the position stays
   */
  void report(int id, ByteBuffer data);
}
