package org.bulkhead.driver.repository.internal;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongConsumer;

/** A repository on this machine. */
final class FileBytes implements Bytes {

  @Override
  public Optional<String> copy(
      URI from, String validator, long limitBytes, OutputStream to, LongConsumer progress)
      throws IOException {
    Path file = Path.of(from);
    if (!Files.isRegularFile(file)) {
      throw new FileNotFoundException("there is no " + file);
    }
    String now = Files.getLastModifiedTime(file) + " " + Files.size(file);
    if (now.equals(validator)) {
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(file)) {
      Bytes.copy(in, to, limitBytes, progress);
    }
    return Optional.of(now);
  }

  @Override
  public URI within(URI index, URI given) {
    URI jar = index.resolve(given);
    if (!"file".equals(jar.getScheme())
        || !Path.of(jar).normalize().startsWith(Path.of(index).getParent())) {
      throw new IllegalArgumentException(given + " is outside of the repository");
    }
    return jar;
  }
}
