package org.bulkhead.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** An unpacked gateway, used by its command as a person would. */
final class Installation {

  /** Tenfold of what the slowest takes, the archive of classes, on a machine that others use. */
  private static final long LIMIT_SECONDS = 300;

  private final Path home;

  private Installation(Path home) {
    this.home = home;
  }

  /** What one command did. */
  record Result(int status, String out, String err) {}

  static Installation unpack(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Path archive = Path.of(System.getProperty("gateway.archive"));
    run(new ProcessBuilder("tar", "xzf", archive.toString(), "-C", folder.toString()), "");
    try (Stream<Path> unpacked = Files.list(folder)) {
      return new Installation(unpacked.findFirst().orElseThrow());
    }
  }

  Path deploy() {
    return home.resolve("deploy");
  }

  String log() {
    try {
      return Files.readString(home.resolve("var/log/gateway.log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ProcessHandle process() throws IOException {
    String pid = Files.readString(home.resolve("var/run/pid")).strip();
    return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
  }

  ProcessBuilder command(String... args) {
    List<String> command = new ArrayList<>(List.of(home.resolve("bin/bulkhead").toString()));
    command.addAll(Arrays.asList(args));
    return new ProcessBuilder(command);
  }

  Result bulkhead(String... args) throws IOException, InterruptedException {
    return run(command(args), "");
  }

  Result bulkheadWithInput(String input, String... args) throws IOException, InterruptedException {
    return run(command(args), input);
  }

  private static Result run(ProcessBuilder builder, String input)
      throws IOException, InterruptedException {
    Process process = builder.start();
    CompletableFuture<String> out = readAll(process.getInputStream());
    CompletableFuture<String> err = readAll(process.getErrorStream());
    process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(builder.command() + " did not end within " + LIMIT_SECONDS + " s");
    }
    return new Result(process.exitValue(), out.join(), err.join());
  }

  private static CompletableFuture<String> readAll(InputStream stream) {
    return CompletableFuture.supplyAsync(
        () -> {
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          try (stream) {
            stream.transferTo(bytes);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          return bytes.toString(StandardCharsets.UTF_8);
        },
        task -> {
          Thread thread = new Thread(task, "process output");
          thread.setDaemon(true);
          thread.start();
        });
  }
}
