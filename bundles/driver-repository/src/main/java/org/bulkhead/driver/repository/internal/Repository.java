package org.bulkhead.driver.repository.internal;

import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** One repository, and what it is known to offer. */
final class Repository {

  private static final List<String> INDEX_NAMES = List.of("index.xml.gz", "index.xml");

  private final String location;
  private final URI base;
  private final Bytes bytes;
  private final SavedIndex saved;

  private volatile List<Offered> offers = List.of();
  private volatile String problem = "";
  private URI index;
  private String validator = "";

  private Repository(String location, URI base, Bytes bytes, SavedIndex saved) {
    this.location = location;
    this.base = base;
    this.bytes = bytes;
    this.saved = saved;
  }

  /**
   * A repository as the operator wrote it.
   *
   * @param home what relative paths are relative to
   * @param http for what is behind a URL
   * @param cache where indexes from afar are kept for the next start
   * @throws IllegalArgumentException if it is neither a path nor a URL of a known kind
   */
  static Repository of(String location, Path home, HttpBytes http, Path cache) {
    if (!location.matches("[a-zA-Z][a-zA-Z0-9+.-]+:.*")) {
      return new Repository(
          location, home.resolve(location).normalize().toUri(), new FileBytes(), SavedIndex.NONE);
    }
    URI uri = URI.create(location);
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    if (scheme.equals("file")) {
      return new Repository(location, Path.of(uri).toUri(), new FileBytes(), SavedIndex.NONE);
    }
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new IllegalArgumentException(
          scheme + ": is no folder and no file:, http: or https: URL");
    }
    if (uri.getHost() == null || uri.getUserInfo() != null) {
      throw new IllegalArgumentException("a URL with a host and without a password is needed");
    }
    return new Repository(location, uri, http, SavedIndex.in(cache, location));
  }

  String location() {
    return location;
  }

  /** What it offered when its index could last be read. */
  List<Offered> offers() {
    return offers;
  }

  /** Why its index cannot be read; empty if it can. */
  String problem() {
    return problem;
  }

  boolean isLocal() {
    return bytes instanceof FileBytes;
  }

  /**
   * Takes the index of the gateway's last life, until there is a newer one.
   *
   * @return whether there was one
   */
  synchronized boolean restore() {
    Optional<SavedIndex.Answer> last = index == null ? saved.load() : Optional.empty();
    if (last.isEmpty()) {
      return false;
    }
    try {
      offers = read(last.get().index(), last.get().from(), left -> {});
      index = last.get().from();
      validator = last.get().validator();
      return true;
    } catch (IOException unusable) {
      return false;
    }
  }

  /**
   * Reads the index, if it is not the one that is known.
   *
   * @param leftOut is told of entries that are left out
   * @return whether what it offers has changed
   */
  synchronized boolean refresh(Consumer<String> leftOut) {
    List<Offered> before = offers;
    try {
      if (isLocal() && Files.isDirectory(Path.of(base))) {
        readFolder(Path.of(base), leftOut);
      } else if (base.getPath() != null && base.getPath().endsWith("/")) {
        readAny(INDEX_NAMES.stream().map(base::resolve).toList(), leftOut);
      } else {
        readAny(List.of(base), leftOut);
      }
      problem = "";
    } catch (IOException | RuntimeException e) {
      problem = IndexReader.oneLine(e);
    }
    return !offers.equals(before);
  }

  private void readFolder(Path folder, Consumer<String> leftOut) throws IOException {
    List<URI> indexes =
        INDEX_NAMES.stream().map(folder::resolve).filter(Files::exists).map(Path::toUri).toList();
    if (!indexes.isEmpty()) {
      readAny(indexes, leftOut);
      return;
    }
    String state = "jars\n" + JarFolder.state(folder);
    if (!state.equals(validator)) {
      offers = JarFolder.read(folder, leftOut);
      validator = state;
    }
  }

  private void readAny(List<URI> candidates, Consumer<String> leftOut) throws IOException {
    List<URI> rest = new ArrayList<>(candidates);
    while (true) {
      URI from = rest.remove(0);
      try {
        readIndex(from, leftOut);
        return;
      } catch (FileNotFoundException absent) {
        if (rest.isEmpty()) {
          throw absent;
        }
      }
    }
  }

  private void readIndex(URI from, Consumer<String> leftOut) throws IOException {
    ByteArrayOutputStream to = new ByteArrayOutputStream();
    String known = from.equals(index) ? validator : "";
    Optional<String> answer = bytes.copy(from, known, IndexReader.MAX_BYTES, to, n -> {});
    if (answer.isPresent()) {
      offers = read(to.toByteArray(), from, leftOut);
      index = from;
      validator = answer.get();
      saved.save(new SavedIndex.Answer(from, validator, to.toByteArray()));
    }
  }

  private List<Offered> read(byte[] xml, URI from, Consumer<String> leftOut) throws IOException {
    return IndexReader.read(xml, given -> bytes.within(from, given), leftOut);
  }

  /** Copies a jar; what comes may be anything. */
  void fetch(Content content, OutputStream to, LongConsumer progress) throws IOException {
    bytes.copy(content.url(), "", content.sizeBytes(), to, progress);
  }

  @Override
  public String toString() {
    return location;
  }
}
