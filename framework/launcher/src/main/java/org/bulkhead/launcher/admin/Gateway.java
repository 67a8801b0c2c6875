package org.bulkhead.launcher.admin;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The running gateway process, as its launcher offers it to bundles.
 *
 * <p>The launcher registers this service once every bundle of {@code system/} was started. A
 * component that depends on it is therefore activated when the gateway is up, and not before. All
 * methods may be called from any thread and none blocks.
 */
public interface Gateway {

  /** What the process does with the terminal that it was started on. */
  enum Foreground {
    /** Standard input and output carry the shell, and its end ends the gateway. */
    SHELL,
    /** {@link Gateway#commands()} are executed once, and their end ends the gateway. */
    COMMANDS,
    /** Standard input is not read: a background process or a service. */
    NONE
  }

  /**
   * Says what to do with the terminal.
   *
   * @return the mode that the command line asked for
   */
  Foreground foreground();

  /**
   * The commands of {@code run -c}.
   *
   * @return one command line, present with {@link Foreground#COMMANDS} only
   */
  Optional<String> commands();

  /**
   * The folder that the gateway may write to.
   *
   * @return an absolute path
   */
  Path var();

  /**
   * Where the administration socket belongs; its folder is accessible to the owner only.
   *
   * @return an absolute path, possibly longer than a socket address may be: see {@link AdminSocket}
   */
  Path socket();

  /**
   * Asks the process to end in an orderly way. Returns at once; a second call changes nothing.
   *
   * @param exitStatus the status that the process ends with, 0 to 255
   */
  void shutdown(int exitStatus);
}
