package org.bulkhead.console;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The terminal with every key passed on as it is typed, Ctrl-C included, and nothing echoed. The
 * command needs a key of its own by which the user leaves.
 */
@ProviderType
public interface RawTerminal extends AutoCloseable {

  /** {@link #read} found the end of the input: the user has gone away. */
  int END = -1;

  /** {@link #read} found no key in time. */
  int NOTHING = -2;

  /**
   * Waits for a byte from the keyboard. One thread at a time may call this.
   *
   * @param timeout how long to wait, more than zero; keep it short, since an interrupt is noticed
   *     only when it has passed
   * @return 0 to 255, {@link #END} or {@link #NOTHING}
   * @throws IOException if the terminal failed
   */
  int read(Duration timeout) throws IOException;

  /**
   * The screen. Bytes go out unchanged; flush when they should be seen.
   *
   * @return the stream, which another thread than the reading one may use
   */
  OutputStream output();

  /** Gives the terminal back as it was. A second call does nothing. */
  @Override
  void close();
}
