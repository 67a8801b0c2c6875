package org.bulkhead.driver.repository.internal;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * The last index of a repository, for a start without network. It is a cache: losing it is fine.
 */
final class SavedIndex {

  /** For repositories that are on this machine anyway. */
  static final SavedIndex NONE = new SavedIndex(null);

  /** An index with where it came from. */
  record Answer(URI from, String validator, byte[] index) {}

  private final Path file;

  private SavedIndex(Path file) {
    this.file = file;
  }

  static SavedIndex in(Path folder, String location) {
    Sha256 name = new Sha256(OutputStream.nullOutputStream());
    try {
      name.write(location.getBytes(StandardCharsets.UTF_8));
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
    return new SavedIndex(folder.resolve(name.hex().substring(0, 16) + ".index"));
  }

  Optional<Answer> load() {
    if (file == null || !Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
      URI from = URI.create(in.readUTF());
      return Optional.of(new Answer(from, in.readUTF(), in.readNBytes(IndexReader.MAX_BYTES)));
    } catch (IOException | IllegalArgumentException unusable) {
      return Optional.empty();
    }
  }

  void save(Answer answer) {
    if (file == null) {
      return;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeUTF(answer.from().toString());
      out.writeUTF(answer.validator());
      out.write(answer.index());
      Path part = file.resolveSibling(file.getFileName() + ".part");
      Files.write(part, bytes.toByteArray());
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException full) {
      // Then the next start has to read it anew.
    }
  }
}
