package org.bulkhead.campaign.internal.mutate;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.bulkhead.campaign.internal.mutant.Mutant;
import org.bulkhead.campaign.internal.mutant.Opcode;

/**
 * A driver's bundle with all its mutants in it.
 *
 * @param points where it can be made to err; the same jar gives the same numbers
 */
public record MutatedJar(List<Point> points) {

  private static final String MANIFEST = "META-INF/MANIFEST.MF";

  /**
   * Mutates a driver's bundle.
   *
   * @param original the jar
   * @param mutated where the mutated one is written
   */
  public static MutatedJar write(Path original, Path mutated) throws IOException {
    Map<String, byte[]> entries = read(original);
    List<Point> points = new ArrayList<>();
    int[] nextId = {0};
    entries.replaceAll(
        (name, bytes) ->
            name.endsWith(".class") ? ClassMutator.mutate(bytes, points, nextId) : bytes);
    for (Class<?> helper : List.of(Mutant.class, Opcode.class)) {
      String name = helper.getName().replace('.', '/') + ".class";
      try (InputStream bytes = helper.getClassLoader().getResourceAsStream(name)) {
        entries.put(name, bytes.readAllBytes());
      }
    }
    write(entries, mutated);
    return new MutatedJar(List.copyOf(points));
  }

  /** The entries of a jar, by name, so that numbers do not hang on the order of packing. */
  static Map<String, byte[]> read(Path jar) throws IOException {
    Map<String, byte[]> entries = new TreeMap<>();
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(jar))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (!entry.isDirectory()) {
          entries.put(entry.getName(), in.readAllBytes());
        }
      }
    }
    return entries;
  }

  static void write(Map<String, byte[]> entries, Path jar) throws IOException {
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      put(out, MANIFEST, entries.get(MANIFEST));
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        if (!entry.getKey().equals(MANIFEST)) {
          put(out, entry.getKey(), entry.getValue());
        }
      }
    }
  }

  private static void put(ZipOutputStream out, String name, byte[] bytes) throws IOException {
    out.putNextEntry(new ZipEntry(name));
    out.write(bytes);
    out.closeEntry();
  }
}
