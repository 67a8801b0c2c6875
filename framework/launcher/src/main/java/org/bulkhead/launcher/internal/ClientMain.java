package org.bulkhead.launcher.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The commands of {@code bin/bulkhead} that talk to a running gateway. */
public final class ClientMain {

  private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);

  private ClientMain() {}

  /**
   * Executes one command and ends the JVM with its status.
   *
   * @param args {@code status}, {@code stop}, {@code shell}, or {@code exec} and the commands
   */
  public static void main(String[] args) {
    int status;
    try {
      status = run(List.of(args), Layout.fromProperties());
    } catch (IOException e) {
      System.err.println("bulkhead: " + e.getMessage());
      status = ExitCode.FAILURE;
    }
    System.out.flush();
    // Halting spares the 40 ms that hooks and class unloading take; nothing is left to clean up.
    Runtime.getRuntime().halt(status);
  }

  private static int run(List<String> args, Layout layout) throws IOException {
    Optional<ProcessHandle> gateway = InstanceLock.holder(layout.run());
    if (gateway.isEmpty()) {
      // To be stopped is what was asked for, so that is no failure.
      boolean stopped = args.get(0).equals("stop");
      System.err.println("bulkhead: not running (" + layout.var() + ")");
      return stopped ? ExitCode.OK : ExitCode.NOT_RUNNING;
    }
    return switch (args.get(0)) {
      case "status" -> status(gateway.get());
      case "stop" -> stop(gateway.get(), layout.run());
      case "shell" -> AdminClient.shell(layout.socket());
      case "exec" -> AdminClient.exec(layout.socket(), args.get(1));
      default -> throw new IllegalArgumentException(args.get(0));
    };
  }

  private static int status(ProcessHandle gateway) {
    String since = gateway.info().startInstant().map(start -> ", since " + start).orElse("");
    System.out.println("running, process " + gateway.pid() + since);
    return ExitCode.OK;
  }

  /**
   * The lock is free the moment the process has ended; watching a foreign process means polling.
   */
  private static int stop(ProcessHandle gateway, Path run) {
    gateway.destroy();
    try {
      if (InstanceLock.awaitFree(run, STOP_PATIENCE)) {
        System.out.println("stopped, process " + gateway.pid());
        return ExitCode.OK;
      }
      // The gateway halts itself after 4 s, so it is stuck where even that does not work.
      gateway.destroyForcibly();
      System.err.println("bulkhead: process " + gateway.pid() + " did not end and was killed");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ExitCode.FAILURE;
  }
}
