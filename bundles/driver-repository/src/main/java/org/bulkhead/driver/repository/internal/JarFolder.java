package org.bulkhead.driver.repository.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.apache.felix.utils.resource.ResourceBuilder;
import org.osgi.framework.BundleException;
import org.osgi.resource.Resource;

/** A folder of jars without an index: their manifests are the index. */
final class JarFolder {

  private static final int MAX_MANIFEST_BYTES = 1 << 20;

  private JarFolder() {}

  /** A text that changes when jars come, go or change. */
  static String state(Path folder) throws IOException {
    List<String> states = new ArrayList<>();
    for (Path jar : jars(folder)) {
      states.add(jar.getFileName() + " " + Files.getLastModifiedTime(jar) + " " + Files.size(jar));
    }
    return String.join("\n", states);
  }

  /** The drivers of all jars; a jar that cannot be read is left out. */
  static List<Offered> read(Path folder, Consumer<String> leftOut) throws IOException {
    List<Offered> all = new ArrayList<>();
    for (Path jar : jars(folder)) {
      try {
        all.addAll(Offered.of(resource(jar), resource -> content(jar)));
      } catch (IOException | BundleException | IllegalArgumentException wrong) {
        leftOut.accept(jar.getFileName() + ": " + IndexReader.oneLine(IndexReader.root(wrong)));
      }
    }
    return all;
  }

  private static List<Path> jars(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".jar"))
          .filter(file -> !file.getFileName().toString().startsWith("."))
          .filter(Files::isRegularFile)
          .sorted()
          .collect(Collectors.toList());
    }
  }

  /** What a jar's manifest says. */
  static Resource resource(Path jar) throws IOException, BundleException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      ZipEntry entry = zip.getEntry(JarFile.MANIFEST_NAME);
      if (entry == null) {
        throw new IOException("it has no manifest");
      }
      Map<String, String> headers = new HashMap<>();
      try (InputStream in = zip.getInputStream(entry)) {
        byte[] text = in.readNBytes(MAX_MANIFEST_BYTES);
        new Manifest(new java.io.ByteArrayInputStream(text))
            .getMainAttributes()
            .forEach((name, value) -> headers.put(name.toString(), value.toString()));
      }
      return ResourceBuilder.build(null, headers);
    }
  }

  private static Content content(Path jar) {
    try {
      Sha256 digest = new Sha256(OutputStream.nullOutputStream());
      Files.copy(jar, digest);
      return new Content(jar.toUri(), digest.hex(), digest.bytes());
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
