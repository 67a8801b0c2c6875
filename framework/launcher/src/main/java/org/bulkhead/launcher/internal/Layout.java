package org.bulkhead.launcher.internal;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where things are: {@code home} is what was unpacked and is only read, {@code var} is written.
 *
 * @param home the unpacked distribution
 * @param var the only folder that the gateway writes to
 */
record Layout(Path home, Path var) {

  /** Takes both folders from the system properties that {@code bin/bulkhead} sets. */
  static Layout fromProperties() {
    Path home = Path.of(System.getProperty("bulkhead.home", ".")).toAbsolutePath().normalize();
    String var = System.getProperty("bulkhead.var");
    return new Layout(home, var == null ? home.resolve("var") : Path.of(var).toAbsolutePath());
  }

  Path system() {
    return home.resolve("system");
  }

  Path etc() {
    return home.resolve("etc");
  }

  Path deploy() {
    return home.resolve("deploy");
  }

  Path cache() {
    return var.resolve("cache");
  }

  Path tmp() {
    return var.resolve("tmp");
  }

  Path log() {
    return var.resolve("log").resolve("gateway.log");
  }

  /** Lock, process id and socket; accessible to the owner only. */
  Path run() {
    return var.resolve("run");
  }

  Path socket() {
    return run().resolve("admin.sock");
  }

  /**
   * Makes the folders of {@code var} and tries that they can be written to.
   *
   * @throws UnusableVarException naming the folder and the remedy
   */
  void prepare() {
    Path folder = var;
    try {
      for (Path next :
          List.of(var, run(), log().getParent(), tmp(), cache(), var.resolve("crash"))) {
        folder = next;
        Files.createDirectories(folder);
        Path probe = folder.resolve(".probe");
        Files.write(probe, new byte[4096]);
        Files.delete(probe);
      }
      folder = run();
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    } catch (IOException e) {
      throw new UnusableVarException(folder, reason(e), e);
    }
  }

  private static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof FileSystemException failed && failed.getReason() != null) {
      return failed.getReason();
    }
    return String.valueOf(e.getMessage());
  }

  /** Deletes what an earlier process left in {@code tmp}, such as extracted native libraries. */
  void sweepTmp() {
    try (Stream<Path> files = Files.walk(tmp())) {
      files
          .sorted(Comparator.reverseOrder())
          .filter(file -> !file.equals(tmp()))
          .forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      // Leftovers only cost space, and the next start tries again.
    }
  }
}
