package org.bulkhead.launcher.internal;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.bulkhead.launcher.admin.Gateway;

/** The gateway service over the launcher's own state. */
final class LaunchedGateway implements Gateway {

  private final Layout layout;
  private final Options options;
  private final CompletableFuture<Integer> status = new CompletableFuture<>();

  LaunchedGateway(Layout layout, Options options) {
    this.layout = layout;
    this.options = options;
  }

  @Override
  public Foreground foreground() {
    return options.foreground();
  }

  @Override
  public Optional<String> commands() {
    return Optional.ofNullable(options.commands());
  }

  @Override
  public Path var() {
    return layout.var();
  }

  @Override
  public Path socket() {
    return layout.socket();
  }

  @Override
  public void shutdown(int exitStatus) {
    status.complete(exitStatus);
  }

  int awaitShutdown() {
    return status.join();
  }
}
